import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../src/generation/attempt.ts';
import type { Decision } from '../../../src/generation/decide.ts';
import { decide } from '../../../src/generation/decide.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { initialState } from '../../../src/generation/fold.ts';
import { ENDS, HAIKU, SONNET, afterAttempt, record, request } from './builders.ts';

const someError = fc.record(
  {
    kind: fc.constantFrom('overloaded_error', 'connection_lost'),
    message: fc.constant('any'),
    status: fc.constantFrom(400, 404, 408, 429, 500, 529),
    retryAfterMs: fc.nat(100_000),
  },
  { requiredKeys: ['kind', 'message'] },
);
const someEnd: fc.Arbitrary<AttemptEnd> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.values(ENDS)) },
  {
    weight: 3,
    arbitrary: fc.record({
      outcome: fc.constant('api_error' as const),
      error: someError,
      permanent: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      outcome: fc.constant('complete' as const),
      stopReason: fc.constantFrom('stop_sequence', 'refusal', 'pause_turn', 'unheard_of'),
    }),
  },
);
const someAttempt = fc.record({
  end: someEnd,
  adds: fc.constantFrom(0, 0, 0, 5, 199, 200, 3_000),
  began: fc.boolean(),
});
const someRequest = fc
  .record({
    fallbackModels: fc.array(fc.constantFrom(HAIKU, SONNET, 'claude-opus-5'), { maxLength: 4 }),
    maxAttempts: fc.integer({ min: 1, max: 8 }),
    maxTotalTokens: fc.constantFrom(null, 1_000, 32_000),
    allowRestart: fc.boolean(),
  })
  .map((overrides) => request(overrides));
const someRun = fc.record({
  request: someRequest,
  carried: fc.nat(3),
  attempts: fc.array(someAttempt, { minLength: 1, maxLength: 30 }),
  budgetMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: -1_000, max: 400_000 })),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

interface Step {
  state: GenerationState;
  decision: Decision;
  budgetLeftMs: number;
}

/** Plays the workflow: every decision is carried out, until one of them ends it or the attempts run out. */
function* play({ request: asked, carried, attempts, budgetMs, random }: Run): Generator<Step> {
  const earlier = Array.from({ length: carried }, (_, index) =>
    record({ number: index + 1, outcome: 'worker_lost' }),
  );
  let state = initialState({ text: '', attempts: earlier, simulated: false });
  let budgetLeftMs = budgetMs;
  for (const attempted of attempts) {
    const decision = decide({ request: asked, state, budgetLeftMs, random });
    yield { state, decision, budgetLeftMs };
    if (decision.next !== 'again') return;
    budgetLeftMs -= decision.afterMs + 100;
    state = afterAttempt(state, { ...attempted, plan: decision.plan });
  }
}
type Run = typeof someRun extends fc.Arbitrary<infer T> ? T : never;

const always = (holds: (step: Step, run: Run) => void): void =>
  fc.assert(
    fc.property(someRun, (run) => {
      for (const step of play(run)) holds(step, run);
    }),
    { numRuns: 500 },
  );

describe('decide(), over any sequence of attempts', () => {
  it('calls a text complete only after a message whose stop reason says so', () => {
    always(({ state, decision }) => {
      if (decision.next !== 'finish' || decision.status !== 'complete') return;
      expect(state.lastEnd?.outcome).toBe('complete');
      expect(['end_turn', 'stop_sequence']).toContain((state.lastEnd as { stopReason: string }).stopReason);
    });
  });

  it('takes a whole message for the end, whatever came before it', () => {
    always(({ state, decision }) => {
      const last = state.lastEnd;
      if (last?.outcome === 'complete' && ['end_turn', 'stop_sequence'].includes(last.stopReason)) {
        expect(decision).toMatchObject({ next: 'finish', status: 'complete' });
      }
    });
  });

  it('never makes more attempts than maxAttempts, those that ended at max_tokens and carried ones apart', () => {
    always(({ state, decision }, run) => {
      const own = state.attempts.slice(run.carried).filter(({ stopReason }) => stopReason !== 'max_tokens');
      if (decision.next === 'again') expect(own.length).toBeLessThan(run.request.maxAttempts);
    });
  });

  it('waits for a time that is finite, not negative, as long as asked, and leaves room for an attempt', () => {
    always(({ state, decision, budgetLeftMs }) => {
      if (decision.next !== 'again') return;
      expect(Number.isSafeInteger(decision.afterMs)).toBe(true);
      expect(decision.afterMs).toBeGreaterThanOrEqual(0);
      expect(decision.afterMs + 2_000).toBeLessThanOrEqual(budgetLeftMs);
      const asked = state.lastEnd?.outcome === 'api_error' ? (state.lastEnd.error.retryAfterMs ?? 0) : 0;
      const sameModel = decision.plan.model === state.attempts.at(-1)?.model;
      if (sameModel) expect(decision.afterMs).toBeGreaterThanOrEqual(asked);
    });
  });

  it('never asks a refused model again', () => {
    always(({ state, decision }) => {
      if (state.lastEnd?.outcome !== 'api_error' || !state.lastEnd.permanent) return;
      if (decision.next === 'again') {
        expect(state.lastEnd.error.status).toBe(404);
        expect(decision.plan.model).not.toBe(state.attempts.at(-1)?.model);
      } else {
        expect(['fail', 'await_timeout']).toContain(decision.next);
      }
    });
  });

  it('goes through the models in their order, and never back', () => {
    always(({ state, decision }, run) => {
      if (decision.next !== 'again') return;
      const models = [...new Set([run.request.message.model, ...run.request.fallbackModels])];
      const before = state.attempts.slice(run.carried).at(-1)?.model ?? HAIKU;
      expect(models.indexOf(decision.plan.model) - models.indexOf(before)).toBeOneOf([0, 1]);
    });
  });

  it('asks for at least one token, and plans the attempt from the ledger', () => {
    always(({ state, decision }) => {
      if (decision.next !== 'again') return;
      expect(decision.plan.left.ofPart).toBeGreaterThanOrEqual(1);
      expect(decision.plan.left.ofTotal ?? 1).toBeGreaterThanOrEqual(1);
      expect(decision.plan.number).toBe(state.attempts.length + 1);
      expect(decision.plan.keptCharacters).toBe(state.text.length);
    });
  });
});
