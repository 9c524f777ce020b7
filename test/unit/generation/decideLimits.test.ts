import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/generation/decide.ts';
import { MOST_LEDGER_BYTES, MOST_REQUEST_BYTES, mostTextBytes } from '../../../src/generation/durable.ts';
import { encodedBytes } from '../../../src/generation/encodedBytes.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { ENDS, record, request, stateAfter } from './builders.ts';

const LOST = stateAfter({ end: ENDS.lost, adds: 300 });
const ASKED = request({ maxAttempts: 1_000_000 }, { max_tokens: 1_000_000 });

function next(state: GenerationState): object {
  return decide({ request: ASKED, state, budgetLeftMs: Infinity, random: 0.5 });
}

describe('what Temporal cannot carry', () => {
  it('of a text ends the generation incomplete, before another attempt is paid for', () => {
    const most = mostTextBytes(encodedBytes(ASKED));
    const textOf = (bytes: number): GenerationState => ({ ...LOST, text: 'x'.repeat(bytes - 2) });
    expect(next(textOf(most))).toEqual({ next: 'finish', status: 'incomplete', stopReason: 'text_limit' });
    expect(next(textOf(most - 1))).toMatchObject({ next: 'again' });
  });

  it('of a ledger does so, too', () => {
    const rows = (count: number): GenerationState => ({
      ...LOST,
      attempts: Array.from({ length: count }, (_, index) =>
        record({ number: index + 1, outcome: 'connection_lost', keptCharacters: 300 * (index + 1) }),
      ),
    });
    const most = Math.ceil(MOST_LEDGER_BYTES / encodedBytes(record()));
    expect(next(rows(most + 10))).toEqual({
      next: 'finish',
      status: 'incomplete',
      stopReason: 'ledger_limit',
    });
    expect(next(rows(most - 40))).toMatchObject({ next: 'again' });
  });

  it('in one piece is more than the largest request, text and ledger together', () => {
    const largest = MOST_REQUEST_BYTES + mostTextBytes(MOST_REQUEST_BYTES) + MOST_LEDGER_BYTES;
    expect(largest).toBeLessThanOrEqual(2_000_000);
    expect(mostTextBytes(0) + MOST_LEDGER_BYTES).toBeLessThanOrEqual(2_000_000);
    expect(mostTextBytes(MOST_REQUEST_BYTES)).toBeGreaterThan(700_000);
  });
});
