/**
 * The durable loop: one activity an attempt, and between them a pure decision.
 *
 * To see it fail and go on: `npm run demo`, then open the execution in the Temporal UI.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { AttemptPlan } from '../generation/attempt.ts';
import type { DecodedFailure } from '../generation/attemptFailure.ts';
import { eventOfFailure } from '../generation/attemptFailure.ts';
import { decide } from '../generation/decide.ts';
import { resultDocument } from '../generation/document.ts';
import type { GenerationActivities, GenerationInput, WorkerSettings } from '../generation/durable.ts';
import { GENERATION_FAILURE } from '../generation/durable.ts';
import type { GenerationEvent, GenerationState } from '../generation/fold.ts';
import { fold, initialState } from '../generation/fold.ts';
import type { GenerationStatus, ResultDocument } from '../generation/result.ts';
import { SEARCH_ATTRIBUTES } from '../generation/searchAttributes.ts';
import { attemptSummary, currentDetails, waitSummary } from './summaries.ts';

/** Behind the budget's end: Temporal closes the execution, this only keeps the timer from firing before. */
const BEYOND_BUDGET_MS = 60_000;
/** A budget without bound (a workflow started by hand) still bounds one attempt. */
const LONGEST_ATTEMPT_MS = 24 * 3_600_000;

export async function generation(input: GenerationInput): Promise<ResultDocument> {
  const { request } = input;
  let state = initialState(input.carried);
  try {
    return await loop();
  } catch (error) {
    // Also where it was waiting, with no attempt to tell of it.
    if (isCancellation(error)) show(input, state, 'cancelled', 'ended');
    throw error;
  }

  async function loop(): Promise<ResultDocument> {
    const settings = await proxyLocalActivities<GenerationActivities>({
      startToCloseTimeout: '5s',
    }).workerSettings();

    for (;;) {
      const decision = decide({ request, state, budgetLeftMs: budgetLeftMs(), random: Math.random() });
      switch (decision.next) {
        case 'finish':
          show(input, state, decision.status, 'ended');
          return resultDocument(request, state, {
            status: decision.status,
            stopReason: decision.stopReason,
            error: null,
            enqueuedAt: workflowInfo().startTime.getTime(),
            endedAt: Date.now(),
          });
        case 'fail':
          show(input, state, 'failed', decision.error.message);
          throw ApplicationFailure.create({
            type: GENERATION_FAILURE,
            message: decision.error.message,
            nonRetryable: true,
            details: [decision.error],
          });
        case 'cancel':
          throw new CancelledFailure('the generation was cancelled');
        case 'await_timeout':
          show(
            input,
            state,
            'running',
            'the total budget is spent; Temporal ends the generation at its timeout',
          );
          await sleep(Math.max(0, budgetLeftMs()) + BEYOND_BUDGET_MS, {
            summary: 'waiting for the end of the budget',
          });
          continue;
        case 'again':
          show(input, state, 'running', attemptSummary(decision.plan));
          if (decision.afterMs > 0) {
            await sleep(decision.afterMs, { summary: waitSummary(decision.afterMs, decision.because) });
          }
          state = fold(state, { kind: 'attempt_scheduled', plan: decision.plan });
          state = fold(state, await attempt(decision.plan, settings));
          continue;
        default:
          return decision satisfies never;
      }
    }
  }
}

/** One attempt, whatever becomes of it, as an event. */
async function attempt(plan: AttemptPlan, settings: WorkerSettings): Promise<GenerationEvent> {
  const left = budgetLeftMs();
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
    return { kind: 'attempt_reported', report };
  } catch (failure) {
    if (!(failure instanceof ActivityFailure) && !isCancellation(failure)) throw failure;
    const cause = failure instanceof ActivityFailure ? failure.cause : failure;
    return eventOfFailure(cause as DecodedFailure, Date.now());
  }
}

function budgetLeftMs(): number {
  const { executionExpirationTime: end, runId, firstExecutionRunId } = workflowInfo();
  // A reset copies the first run's expiry, although the server grants a new budget, whose end it does not tell.
  if (runId !== firstExecutionRunId) return Number.POSITIVE_INFINITY;
  return end === undefined ? Number.POSITIVE_INFINITY : end.getTime() - Date.now();
}

/** Puts the generation's face into the UI and into lists. */
function show(input: GenerationInput, state: GenerationState, status: GenerationStatus, doing: string): void {
  setCurrentDetails(currentDetails(state, status, doing, budgetLeftMs()));
  const model = state.attempts.at(-1)?.model ?? input.request.message.model;
  upsertMemo({ model, status, attempts: state.attempts.length, characters: state.text.length });
  if (!input.searchAttributes) return;
  upsertSearchAttributes([
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, 'KEYWORD'), value: model },
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD'), value: status },
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.attempts, 'INT'), value: state.attempts.length },
  ]);
}
