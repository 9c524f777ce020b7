import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AttemptText } from '../../../src/activities/attemptText.ts';
import type { AttemptEnd, AttemptReport, HeartbeatDetails } from '../../../src/generation/attempt.ts';
import type { GenerationEvent, GenerationState } from '../../../src/generation/fold.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import { NO_SEAM } from '../../../src/generation/seam/joiner.ts';
import { ENDS, EPOCH, plan, progress } from './builders.ts';

const RUN = 'run-1';
const SENDER = { runId: RUN, attempt: 1, execution: 1 };
const SEAM = { kind: 'plain', trimmedCharacters: 0, verified: false, evidence: 'none' } as const;

const someStep = fc.oneof(
  fc.record({ kind: fc.constant('delta' as const), text: fc.string({ minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constant('beat' as const), arrives: fc.boolean() }),
  fc.record({
    kind: fc.constant('chunk' as const),
    fate: fc.constantFrom('acknowledged', 'unanswered', 'late', 'lost'),
  }),
);
type Step = typeof someStep extends fc.Arbitrary<infer Value> ? Value : never;

const someAttempt = fc.record({
  kept: fc.string({ maxLength: 12 }),
  cutCharacters: fc.nat(5),
  steps: fc.array(someStep, { maxLength: 14 }),
  end: fc.constantFrom<AttemptEnd>(ENDS.whole, ENDS.stalled, ENDS.workerLost, ENDS.lost),
  ending: fc.constantFrom('reported', 'lost', 'handed over', 'handed over before late chunks'),
  /** As the server said over its head. */
  lostAs: fc.constantFrom<AttemptEnd>(
    ENDS.workerLost,
    ENDS.attemptFailed,
    ENDS.workflowReset,
    ENDS.cancelled,
  ),
});
type SomeAttempt = typeof someAttempt extends fc.Arbitrary<infer Value> ? Value : never;

/** The attempt's events, as a history has them. */
function historyOf({ kept, cutCharacters, steps, end, ending, lostAs }: SomeAttempt): GenerationEvent[] {
  const base = Math.max(0, kept.length - cutCharacters);
  const start = { keptText: kept, base, restoredCharacters: 0, join: NO_SEAM, unreportedFrom: null };
  const text = new AttemptText(start);
  const history: GenerationEvent[] = [];
  const late: GenerationEvent[] = [];
  let safe: number | null = null;
  let beaten: HeartbeatDetails | null = null;
  const now = (): HeartbeatDetails => {
    const ofAttempt = progress({ seam: text.takesEffect ? SEAM : null, simulated: true });
    return { checkpoint: text.checkpointFrom(safe), progress: ofAttempt };
  };
  const take = (step: Step): void => {
    if (step.kind === 'delta') text.receive(step.text);
    else if (step.kind === 'beat') beaten = step.arrives ? now() : beaten;
    else if (text.takesEffect) {
      const details = now();
      const sent: GenerationEvent = { kind: 'chunk_received', chunk: { ...SENDER, details } };
      if (step.fate === 'late') late.push(sent);
      else if (step.fate !== 'lost') history.push(sent);
      if (step.fate === 'acknowledged') safe = details.checkpoint.offset + details.checkpoint.text.length;
    }
  };
  for (const step of steps) take(step);
  if (end.outcome === 'complete') text.end({ stopReason: 'end_turn', stopSequence: null });
  else text.breakOff();
  const report: AttemptReport = {
    ...now(),
    end: text.rejection === null ? end : ENDS.rejected,
    endedAt: EPOCH,
  };
  const reported: GenerationEvent = { kind: 'attempt_reported', report };
  const lost: GenerationEvent = { kind: 'attempt_ended', end: lostAs, details: beaten, at: EPOCH };
  const handOver: GenerationEvent = { kind: 'attempt_handed_over', handOver: { ...SENDER, report } };
  switch (ending) {
    case 'reported':
      return [...history, reported, ...late];
    case 'lost':
      return [...history, lost, ...late];
    case 'handed over':
      return [...history, lost, ...late, handOver];
    default:
      return [...history, lost, handOver, ...late];
  }
}

/** As Temporal's SDK delivers them: of each activation the signals first, wherever they stand in the history. */
function asDelivered(history: readonly GenerationEvent[], cuts: readonly number[]): GenerationEvent[] {
  const isSignal = ({ kind }: GenerationEvent): boolean =>
    kind === 'chunk_received' || kind === 'attempt_handed_over';
  const ends = [...cuts.filter((cut) => cut < history.length).toSorted((a, b) => a - b), history.length];
  return ends.flatMap((end, index) => {
    const activation = history.slice(ends[index - 1] ?? 0, end);
    return [...activation.filter(isSignal), ...activation.filter((event) => !isSignal(event))];
  });
}

it('the workflow, which is told of signals first, and the client, which reads the history, come to the same', () => {
  fc.assert(
    fc.property(someAttempt, fc.array(fc.nat(15), { maxLength: 3 }), (attempt, cuts) => {
      const carried = { text: attempt.kept, attempts: [], simulated: false };
      const scheduled = plan({ number: 1, keptCharacters: attempt.kept.length });
      const begun = fold(initialState(carried, RUN), { kind: 'attempt_scheduled', plan: scheduled });
      const history = historyOf(attempt);
      const seen = ({ lost: _lost, ...state }: GenerationState): object => state;
      const client = history.reduce(fold, begun);
      const workflow = asDelivered(history, cuts).reduce(fold, begun);
      expect(seen(workflow)).toEqual(seen(client));
    }),
    { numRuns: 5_000 },
  );
});
