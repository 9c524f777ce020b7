import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimateTokens,
  isEnough,
  leastTokens,
  requestMaxTokens,
  spentTokens,
  tokensLeft,
} from '../../../src/generation/tokens.ts';
import { message, record, request } from './builders.ts';

const spent = (outputTokens: number | null) =>
  record({ usage: { inputTokens: 7, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 } });

describe('tokens of a text', () => {
  it('are estimated high where they are paid for, low where they are taken off', () => {
    expect([estimateTokens(0), estimateTokens(1), estimateTokens(400)]).toEqual([0, 1, 100]);
    expect([leastTokens(0), leastTokens(5), leastTokens(600)]).toEqual([0, 0, 100]);
    fc.assert(
      fc.property(fc.nat(2_000_000), (characters) => leastTokens(characters) <= estimateTokens(characters)),
    );
  });
});

describe('tokens spent', () => {
  it('are the output of all attempts, unknown figures none', () => {
    expect(spentTokens([spent(100), spent(null), record({ usage: null }), spent(11)])).toBe(111);
  });
});

describe('tokens left', () => {
  const of = request({}, { max_tokens: 1_000 });

  it.each([
    [0, 1_000],
    [600, 900],
    [5_994, 1],
    [6_000, 0],
    [90_000, 0],
  ])('after %i characters of this part are %i', (characters, ofPart) => {
    expect(tokensLeft(of, characters, [])).toEqual({ ofPart, ofTotal: null });
  });

  it('are bounded by what is left in all, everything paid for counted, and never negative', () => {
    const limited = request({ maxTotalTokens: 2_000 }, { max_tokens: 1_000 });
    expect(tokensLeft(limited, 0, [spent(900), spent(400)])).toEqual({ ofPart: 1_000, ofTotal: 700 });
    expect(tokensLeft(limited, 0, [spent(2_500)])).toEqual({ ofPart: 1_000, ofTotal: 0 });
    expect(tokensLeft(of, 0, [spent(2_500)]).ofTotal).toBeNull();
  });

  it.each([
    ['a token of the part', { ofPart: 1, ofTotal: null }, 40, true],
    ['none of the part', { ofPart: 0, ofTotal: null }, 0, false],
    ['one in all', { ofPart: 9, ofTotal: 1 }, 0, true],
    ['none in all', { ofPart: 9, ofTotal: 0 }, 0, false],
    ['no more in all than the echo may take', { ofPart: 9, ofTotal: 104 }, 40, false],
    ['one more than the echo may take', { ofPart: 9, ofTotal: 105 }, 40, true],
  ])('are enough for another request, or not: %s', (_what, left, anchor, enough) => {
    expect(isEnough(left, message(), anchor)).toBe(enough);
  });

  it('are not enough where thinking alone may take them', () => {
    const thinks = message({ thinking: { type: 'enabled', budget_tokens: 4_000 } });
    expect(isEnough({ ofPart: 9, ofTotal: 4_000 }, thinks, 0)).toBe(false);
    expect(isEnough({ ofPart: 9, ofTotal: 4_001 }, thinks, 0)).toBe(true);
  });
});

describe("one request's max_tokens", () => {
  const of = message({ max_tokens: 8_000 });
  const left = (ofPart: number, ofTotal: number | null = null) => ({ ofPart, ofTotal });

  it('are what is left when no echo is asked for', () => {
    expect(requestMaxTokens(of, left(700), 0, false)).toBe(700);
  });

  it('have room for at least twice the echo and 64 tokens, and not for much more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 7_000 }),
        (anchorCharacters, ofPart) => {
          const room = requestMaxTokens(of, left(ofPart), anchorCharacters, false) - ofPart;
          expect(room).toBeGreaterThanOrEqual(2 * estimateTokens(anchorCharacters) + 64);
          expect(room).toBeLessThanOrEqual(4 * estimateTokens(anchorCharacters) + 64);
        },
      ),
    );
  });

  it('are never more than those of the generation: the output limit of the model may lie there', () => {
    expect(requestMaxTokens(of, left(7_990), 300, false)).toBe(8_000);
  });

  it('are never more than is left in all, echo and thinking included', () => {
    expect(requestMaxTokens(of, left(700, 500), 40, false)).toBe(500);
    expect(requestMaxTokens(of, left(700, 500), 40, true)).toBe(500);
  });

  it('leave 1,024 beside a manual thinking budget', () => {
    const thinking = { type: 'enabled', budget_tokens: 4_000 };
    expect(requestMaxTokens({ ...of, thinking }, left(10), 0, false)).toBe(5_024);
    expect(requestMaxTokens({ ...of, thinking }, left(6_000), 0, false)).toBe(6_000);
  });

  it('are those of the generation where a model thinks as long as it likes: it may need them before a word', () => {
    expect(requestMaxTokens(of, left(10), 40, true)).toBe(8_000);
  });

  it('are not raised above those of the generation by a thinking budget either, the first attempt included', () => {
    const tight = message({ max_tokens: 2_000, thinking: { type: 'enabled', budget_tokens: 1_500 } });
    expect(requestMaxTokens(tight, left(2_000), 0, false)).toBe(2_000);
    expect(requestMaxTokens(tight, left(10), 40, false)).toBe(2_000);
  });
});
