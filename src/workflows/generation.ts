/**
 * The durable loop: one activity an attempt, and between them a pure decision.
 *
 * To see it fail and go on: `npm run demo`, then open the execution in the Temporal UI.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { AttemptEnd, AttemptPlan } from '../generation/attempt.ts';
import type { DecodedFailure } from '../generation/attemptFailure.ts';
import { eventOfFailure, eventOfReport } from '../generation/attemptFailure.ts';
import { CHUNK_SIGNAL, HAND_OVER_SIGNAL, isChunk, isHandOver } from '../generation/chunk.ts';
import { decide } from '../generation/decide.ts';
import { resultDocument } from '../generation/document.ts';
import type { GenerationActivities, GenerationInput, WorkerSettings } from '../generation/durable.ts';
import { GENERATION_FAILURE, NOT_A_GENERATION } from '../generation/durable.ts';
import type { GenerationError } from '../generation/error.ts';
import type { GenerationEvent, GenerationState } from '../generation/fold.ts';
import { carriedOn, fold, initialState, mayHandOver } from '../generation/fold.ts';
import type { GenerationStatus, ResultDocument } from '../generation/result.ts';
import { SEARCH_ATTRIBUTES } from '../generation/searchAttributes.ts';
import { isGenerationInput } from '../generation/shape.ts';
import { attemptSummary, currentDetails, waitSummary } from './summaries.ts';

/** An attempt whose worker Temporal has lost sight of may hand its text over: it learns within a moment that it is lost. */
const HAND_OVER_MS = 2_000;
/** Where no other attempt follows, what is not handed over is gone, and nobody waits for the next. */
const LAST_HAND_OVER_MS = 10_000;
/**
 * Temporal warns at 10,240 events and ends the execution at 51,200, or at 50 MiB. An attempt costs some twelve events,
 * and four for each chunk; only between two attempts a new run may begin, and the largest text takes 1,500 chunks. Far
 * below that, because each attempt reads its run's history from the beginning.
 */
const LONG_HISTORY_EVENTS = 600;
const LONG_HISTORY_BYTES = 8_000_000;

const chunkSignal = defineSignal<[unknown]>(CHUNK_SIGNAL);
const handOverSignal = defineSignal<[unknown]>(HAND_OVER_SIGNAL);

/** Behind the budget's end: Temporal closes the execution, this only keeps the timer from firing before. */
const BEYOND_BUDGET_MS = 60_000;
const END_OF_BUDGET = 'waiting for the end of the budget';
/** A budget without bound (a workflow started by hand) still bounds one attempt. */
const LONGEST_ATTEMPT_MS = 24 * 3_600_000;

export async function generation(input: GenerationInput): Promise<ResultDocument> {
  if (!isGenerationInput(input)) throw failure({ kind: 'invalid_input', message: NOT_A_GENERATION });
  const { request } = input;
  const { runId } = workflowInfo();
  let state = initialState(input.carried, wasReset() ? null : runId, input.continued);
  const enqueuedAt = input.continued?.enqueuedAt ?? workflowInfo().startTime.getTime();
  setHandler(chunkSignal, (chunk) => {
    if (isChunk(chunk)) state = fold(state, { kind: 'chunk_received', chunk });
  });
  setHandler(handOverSignal, (handOver) => {
    if (isHandOver(handOver)) state = fold(state, { kind: 'attempt_handed_over', handOver });
  });
  try {
    return await loop();
  } catch (error) {
    // Also where it was waiting, with no attempt to tell of it.
    if (isCancellation(error)) show('cancelled', 'ended');
    throw error;
  }

  async function loop(): Promise<ResultDocument> {
    const settings = await proxyLocalActivities<GenerationActivities>({
      startToCloseTimeout: '5s',
    }).workerSettings();
    // The history was copied: what it tells of, an older run did.
    if (settings.runId !== undefined && settings.runId !== runId) state = { ...state, runId: null };
    // The run before this one has waited already.
    let waited = input.continued !== undefined;

    for (;;) {
      const decision = decide({ request, state, budgetLeftMs: budgetLeftMs(state), random: Math.random() });
      switch (decision.next) {
        case 'finish':
          show(decision.status, 'ended');
          return resultDocument(request, state, {
            status: decision.status,
            stopReason: decision.stopReason,
            error: null,
            enqueuedAt,
            endedAt: Date.now(),
          });
        case 'fail':
          show('failed', decision.error.message);
          throw failure(decision.error);
        case 'cancel':
          throw new CancelledFailure('the generation was cancelled');
        case 'await_timeout':
          show('running', 'the total budget is spent; Temporal ends the generation at its timeout');
          // Still here, and nothing new: that end was another run's, from which a reset made this one.
          if (!(await toldWithin(Math.max(0, budgetLeftMs(state)) + BEYOND_BUDGET_MS, END_OF_BUDGET))) {
            state = { ...state, runId: null };
          }
          continue;
        case 'again':
          show('running', attemptSummary(decision.plan));
          if (decision.afterMs > 0 && !waited) {
            waited = await toldWithin(decision.afterMs, waitSummary(decision.afterMs, decision.because));
            if (waited) continue;
          }
          waited = false;
          if (isHistoryLong() && patched('new-run')) await goOnInANewRun();
          await runAttempt(decision.plan, settings);
          continue;
        default:
          return decision satisfies never;
      }
    }
  }

  /** Waits; less long where a lost attempt hands over more text meanwhile, or even the end of it. */
  async function toldWithin(milliseconds: number, summary: string): Promise<boolean> {
    const before = state;
    await Promise.race([sleep(milliseconds, { summary }), condition(() => state !== before)]);
    return state !== before;
  }

  async function runAttempt(plan: AttemptPlan, settings: WorkerSettings): Promise<void> {
    state = fold(state, { kind: 'attempt_scheduled', plan });
    const event = await attempt(plan, settings, budgetLeftMs(state));
    state = fold(state, event);
    const { lost, lastEnd } = state;
    if (lost !== null && lastEnd !== null && mayHandOver(lastEnd) && patched('hand-over')) {
      const { next } = decide({ request, state, budgetLeftMs: budgetLeftMs(state), random: 0 });
      const waitMs = next === 'again' ? HAND_OVER_MS : LAST_HAND_OVER_MS;
      // Cancelled or not: these seconds are not worth the text.
      await CancellationScope.nonCancellable(() => condition(() => state.lost === null, waitMs));
    }
  }

  async function goOnInANewRun(): Promise<never> {
    const { carriedAttempts, lastEnd } = state;
    return await continueAsNew<typeof generation>({
      ...input,
      carried: carriedOn(state),
      continued: { enqueuedAt, carriedAttempts, lastEnd: withoutContent(lastEnd) },
    });
  }

  /** Puts the generation's face into the UI and into lists. */
  function show(status: GenerationStatus, doing: string): void {
    setCurrentDetails(currentDetails(state, status, doing, budgetLeftMs(state)));
    const model = state.attempts.at(-1)?.model ?? request.message.model;
    upsertMemo({ model, status, attempts: state.attempts.length, characters: state.text.length });
    if (!input.searchAttributes) return;
    upsertSearchAttributes([
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, 'KEYWORD'), value: model },
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD'), value: status },
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.attempts, 'INT'), value: state.attempts.length },
    ]);
  }
}

/** One attempt, whatever becomes of it, as an event. */
async function attempt(plan: AttemptPlan, settings: WorkerSettings, left: number): Promise<GenerationEvent> {
  const { streamMessage } = proxyActivities<GenerationActivities>({
    startToCloseTimeout: Math.min(left, LONGEST_ATTEMPT_MS) + BEYOND_BUDGET_MS,
    heartbeatTimeout: settings.workerLostMs,
    // The workflow retries, so that each attempt has its own bar, its own plan, and its text in the history.
    retry: { maximumAttempts: 1 },
    // Set explicitly: otherwise the workflow does not wait for the text that a cancelled attempt hands back.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: attemptSummary(plan),
  });
  try {
    const report = await streamMessage({ plan, budgetLeftMs: Number.isFinite(left) ? left : null });
    return eventOfReport(report, Date.now());
  } catch (failure) {
    if (!(failure instanceof ActivityFailure) && !isCancellation(failure)) throw failure;
    const cause = failure instanceof ActivityFailure ? failure.cause : failure;
    return eventOfFailure(cause as DecodedFailure, Date.now());
  }
}

function failure(error: GenerationError): ApplicationFailure {
  const { message } = error;
  return ApplicationFailure.create({
    type: GENERATION_FAILURE,
    message,
    nonRetryable: true,
    details: [error],
  });
}

/** Whether this run is a reset of a generation's first; of a later one, mostly only `workerSettings` can tell. */
function wasReset(): boolean {
  const { runId, firstExecutionRunId, continuedFromExecutionRunId, executionExpirationTime } = workflowInfo();
  // No run begins when its time is over.
  const isExpired = executionExpirationTime !== undefined && executionExpirationTime.getTime() <= Date.now();
  return isExpired || (runId !== firstExecutionRunId && continuedFromExecutionRunId === undefined);
}

function budgetLeftMs(state: GenerationState): number {
  const { executionExpirationTime: end } = workflowInfo();
  // A reset copies the first run's expiry, although the server grants a new budget, whose end it does not tell.
  if (state.runId === null) return Number.POSITIVE_INFINITY;
  return end === undefined ? Number.POSITIVE_INFINITY : end.getTime() - Date.now();
}

function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength, historySize } = workflowInfo();
  return continueAsNewSuggested || historyLength > LONG_HISTORY_EVENTS || historySize > LONG_HISTORY_BYTES;
}

/** A paused turn has no place beside text, request and ledger: it is continued like a cut text then. */
function withoutContent(end: AttemptEnd | null): AttemptEnd | null {
  if (end?.outcome !== 'complete') return end;
  const { pausedTurn: _content, ...rest } = end;
  return rest;
}
