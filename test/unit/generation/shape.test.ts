import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptReport } from '../../../src/generation/attempt.ts';
import { decide } from '../../../src/generation/decide.ts';
import { resultDocument } from '../../../src/generation/document.ts';
import type { GenerationInput } from '../../../src/generation/durable.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import { isGenerationInput, isObject, isReport } from '../../../src/generation/shape.ts';
import { currentDetails } from '../../../src/workflows/summaries.ts';
import { ENDS, EPOCH, plan, progress, record, report, request } from './builders.ts';

const USAGE = {
  inputTokens: 5,
  outputTokens: 7,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  estimated: true,
} as const;
const SEAM = { kind: 'exact', trimmedCharacters: 3, verified: true, evidence: 'prefill' } as const;

const INPUT: GenerationInput = {
  request: request({ fallbackModels: ['claude-sonnet-5'] }, { thinking: { type: 'adaptive' } }),
  carried: { text: 'The cat', attempts: [record({ usage: USAGE, seam: SEAM })], simulated: false },
  continued: { enqueuedAt: EPOCH, carriedAttempts: 1, lastEnd: ENDS.overloaded },
  searchAttributes: false,
};

const REPORTS: readonly AttemptReport[] = Object.values(ENDS).map((end) =>
  report(end, {
    checkpoint: { offset: 7, text: ' sat' },
    progress: progress({ usage: USAGE, seam: SEAM, resume: 'prefill' }),
  }),
);

const PAUSED = report(
  { outcome: 'complete', stopReason: 'pause_turn', pausedTurn: [{ type: 'text', text: 'The cat' }] },
  { checkpoint: { offset: 7, text: ' sat' } },
);

/** All that the workflow does with it before and after an attempt. */
function goThrough(input: GenerationInput, told: AttemptReport | null): void {
  let state = initialState(input.carried, 'run', input.continued);
  lookAt(input, state);
  if (told === null) return;
  state = fold(state, { kind: 'attempt_scheduled', plan: plan({ number: state.attempts.length + 1 }) });
  state = fold(state, { kind: 'attempt_reported', report: told });
  lookAt(input, state);
}

function lookAt({ request: asked, continued }: GenerationInput, state: GenerationState): void {
  currentDetails(state, 'running', '', 1_000);
  decide({ request: asked, state, budgetLeftMs: 1_000_000, random: 0.5 });
  const enqueuedAt = continued?.enqueuedAt ?? EPOCH;
  resultDocument(asked, state, {
    status: 'failed',
    stopReason: null,
    error: null,
    enqueuedAt,
    endedAt: EPOCH,
  });
}

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown): string[][] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => [[key], ...placesIn(value[key]).map((rest) => [key, ...rest])]);
}

/** A copy in which one place holds something else; `undefined`: nothing. */
function changed(value: unknown, [key, ...rest]: readonly string[], junk: unknown): unknown {
  if (key === undefined) return junk;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, junk);
  if (copy[key] === undefined && !Array.isArray(copy)) delete copy[key];
  return copy;
}

const junk = fc.constantFrom<unknown>(undefined, null, 0, -1, NaN, 1e300, '', 'x', true, [], [null], [5], {});
const changedFrom = <Value>(values: readonly Value[]): fc.Arbitrary<unknown> =>
  fc
    .constantFrom(...values)
    .chain((value) =>
      fc
        .tuple(fc.constantFrom(...placesIn(value)), junk)
        .map(([place, other]) => changed(value, place, other)),
    );

describe('the input of a generation', () => {
  it('is taken for one', () => {
    expect(isGenerationInput(INPUT)).toBe(true);
    expect(isGenerationInput({ ...INPUT, carried: null, continued: undefined })).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'Write about cats.'],
    ['a request document', INPUT.request.message],
    ['a carried text without its attempts', { ...INPUT, carried: { text: 'The cat' } }],
    ['attempts that are none', { ...INPUT, carried: { text: '', attempts: [null] } }],
    ['a run before it without a time', { ...INPUT, continued: { carriedAttempts: 0, lastEnd: null } }],
    ['an end of none', { ...INPUT, continued: { ...INPUT.continued, lastEnd: { outcome: 'api_error' } } }],
  ])('is not %s', (_, value) => {
    expect(isGenerationInput(value)).toBe(false);
  });

  it('never makes the workflow throw: its tasks would fail until the budget ends', () => {
    fc.assert(
      fc.property(changedFrom([INPUT]), (value) => {
        if (isGenerationInput(value)) goThrough(value, null);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a report', () => {
  it('is taken for one', () => {
    for (const each of [...REPORTS, PAUSED]) expect(isReport(each)).toBe(true);
  });

  it('that was made up never makes the workflow throw', () => {
    fc.assert(
      fc.property(changedFrom([...REPORTS, PAUSED]), (value) => {
        if (isReport(value)) goThrough(INPUT, value);
      }),
      { numRuns: 10_000 },
    );
  });
});
