import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimateTokens,
  leastTokens,
  leftTokens,
  requestMaxTokens,
  spentTokens,
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
  ])('after %i characters of this part are %i', (characters, left) => {
    expect(leftTokens(of, characters, [])).toBe(left);
  });

  it('are bounded by what is left in all, everything paid for counted, and never negative', () => {
    const limited = request({ maxTotalTokens: 2_000 }, { max_tokens: 1_000 });
    expect(leftTokens(limited, 0, [spent(900)])).toBe(1_000);
    expect(leftTokens(limited, 0, [spent(900), spent(400)])).toBe(700);
    expect(leftTokens(limited, 0, [spent(2_500)])).toBe(0);
    expect(leftTokens(of, 0, [spent(2_500)])).toBe(1_000);
  });
});

describe("one request's max_tokens", () => {
  const of = message({ max_tokens: 8_000 });

  it('are what is left when no echo is asked for', () => {
    expect(requestMaxTokens(of, 700, 0)).toBe(700);
  });

  it('have room for at least twice the echo and 64 tokens, and not for much more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 7_000 }),
        (anchorCharacters, left) => {
          const room = requestMaxTokens(of, left, anchorCharacters) - left;
          expect(room).toBeGreaterThanOrEqual(2 * estimateTokens(anchorCharacters) + 64);
          expect(room).toBeLessThanOrEqual(4 * estimateTokens(anchorCharacters) + 64);
        },
      ),
    );
  });

  it('are never more than those of the generation: the output limit of the model may lie there', () => {
    expect(requestMaxTokens(of, 7_990, 300)).toBe(8_000);
  });

  it('leave 1,024 beside a manual thinking budget', () => {
    const thinking = { type: 'enabled', budget_tokens: 4_000 };
    expect(requestMaxTokens({ ...of, thinking }, 10, 0)).toBe(5_024);
    expect(requestMaxTokens({ ...of, thinking }, 6_000, 0)).toBe(6_000);
  });

  it('are not raised above those of the generation by a thinking budget either, the first attempt included', () => {
    const tight = message({ max_tokens: 2_000, thinking: { type: 'enabled', budget_tokens: 1_500 } });
    expect(requestMaxTokens(tight, 2_000, 0)).toBe(2_000);
    expect(requestMaxTokens(tight, 10, 40)).toBe(2_000);
  });
});
