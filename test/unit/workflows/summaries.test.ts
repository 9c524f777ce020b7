import { describe, expect, it } from 'vitest';
import { attemptSummary, currentDetails, waitSummary } from '../../../src/workflows/summaries.ts';
import { initialState } from '../../../src/generation/fold.ts';
import { ENDS, HAIKU, SONNET, plan, record, stateAfter } from '../generation/builders.ts';

describe("an attempt's summary", () => {
  it.each([
    [plan(), `attempt 1 · ${HAIKU} · from the beginning`],
    [
      plan({ number: 2, resume: 'prefill', keptCharacters: 8_100 }),
      `attempt 2 · ${HAIKU} · prefill after 8,100 characters`,
    ],
    [
      plan({ number: 12, model: SONNET, resume: 'restart', keptCharacters: 1_234_567 }),
      `attempt 12 · ${SONNET} · restart after 1,234,567 characters`,
    ],
    [
      plan({ resume: 'continuation', keptCharacters: 999 }),
      `attempt 1 · ${HAIKU} · continuation after 999 characters`,
    ],
  ])('%#: is %j in words', (asked, words) => {
    expect(attemptSummary(asked)).toBe(words);
  });
});

describe("a wait's summary", () => {
  it('tells how long, in seconds, and why', () => {
    expect(waitSummary(1_540, 'overloaded_error')).toBe('1.5 s before the next attempt · overloaded_error');
  });
});

describe('the current details', () => {
  const lines = (...parameters: Parameters<typeof currentDetails>): string[] =>
    currentDetails(...parameters).split('\n');

  it('tell how things stand in the first line, and what goes on in the third', () => {
    const [first, second, third] = lines(
      stateAfter({ end: ENDS.lost, adds: 1_500 }),
      'running',
      'attempt 2',
      61_250,
    );
    expect(first).toBe('**running** · 1,500 characters kept · budget left: 61.3 s');
    expect([second, third]).toEqual(['', 'attempt 2']);
  });

  it.each([
    [-5, '0.0 s'],
    [Number.POSITIVE_INFINITY, 'unbounded'],
  ])('with %d ms of the budget left say %s', (budgetLeftMs, words) => {
    expect(lines(initialState(null), 'running', '', budgetLeftMs)[0]).toContain(`budget left: ${words}`);
  });

  it('have a row for each attempt, with its cause and its seam', () => {
    const attempts = [
      record({ outcome: 'stalled', phase: 'inter_token', silence: 'pings_only', keptCharacters: 8_100 }),
      record({
        number: 2,
        resume: 'prefill',
        outcome: 'api_error',
        error: ENDS.overloaded.error,
        keptCharacters: 8_100,
      }),
      record({
        number: 3,
        resume: 'continuation',
        keptCharacters: 9_000,
        stopReason: 'end_turn',
        seam: { kind: 'plain', trimmedCharacters: 0, verified: false, evidence: 'none' },
      }),
      record({
        number: 4,
        outcome: 'worker_lost',
        seam: { kind: 'exact', trimmedCharacters: 0, verified: true, evidence: 'prefill' },
      }),
    ];
    const table = lines({ ...initialState(null), attempts }, 'complete', 'ended', 0).slice(4);
    expect(table).toEqual([
      '| # | model | resumed by | outcome | cause | kept | seam |',
      '|--:|---|---|---|---|--:|---|',
      `| 1 | ${HAIKU} | none | stalled | inter_token, pings_only | 8,100 |  |`,
      `| 2 | ${HAIKU} | prefill | api_error | overloaded_error | 8,100 |  |`,
      `| 3 | ${HAIKU} | continuation | complete | end_turn | 9,000 | plain (unverified) |`,
      `| 4 | ${HAIKU} | none | worker_lost |  | 0 | exact |`,
    ]);
  });

  it('never hold text of the generation', () => {
    const state = { ...initialState(null), text: 'A SECRET TEXT' };
    expect(currentDetails(state, 'running', 'attempt 1', 1_000)).not.toContain('SECRET');
  });
});
