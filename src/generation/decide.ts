/**
 * Where the next attempt is decided: from the ledger and how the last attempt ended, to the next step.
 *
 * Pure; everything it counts it derives from the ledger, so a replay and a reader of the history come to the same.
 */
import type { AttemptPlan, AttemptRecord } from './attempt.ts';
import { MOST_LEDGER_BYTES, mostTextBytes } from './durable.ts';
import { encodedBytes } from './encodedBytes.ts';
import type { GenerationError } from './error.ts';
import type { GenerationState } from './fold.ts';
import type { GenerationRequest } from './request.ts';
import { isWhole } from './stopReason.ts';
import { hasJsonOutputFormat } from './models.ts';
import { keptBefore, ownAttempts, planAttempt, trailingCount } from './resume/planAttempt.ts';
import { isEnough } from './tokens.ts';

export type Decision =
  /** The message ended: `complete` where its stop reason says so, else `incomplete`. */
  | { next: 'finish'; status: 'complete' | 'incomplete'; stopReason: string }
  | { next: 'again'; afterMs: number; plan: AttemptPlan; because: string }
  | { next: 'fail'; error: GenerationError }
  | { next: 'cancel' }
  /** Nothing more can come of the budget that is left: Temporal ends the generation, `timed_out`. */
  | { next: 'await_timeout' };

export interface DecisionInput {
  request: GenerationRequest;
  state: GenerationState;
  /** What is left of the total budget, in milliseconds; infinite when the execution has no timeout. */
  budgetLeftMs: number;
  /** A number from 0 to 1, for the jitter. */
  random: number;
}

/** An attempt that kept so many characters more made progress: it resets the back-off and is no failure. */
export const PROGRESS_CHARACTERS = 200;
/** An attempt ends itself a second before the budget does; less than another second is no attempt. */
const SHORTEST_ATTEMPT_MS = 2_000;
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 60_000;
/** Streams that began (and cost tokens) and brought nothing, one after the other. */
const FRUITLESS_STREAMS = 5;
/** Refusals for want of capacity, one after the other, before the next model is asked. */
const OVERLOADS_BEFORE_FALLBACK = 3;

export function decide(input: DecisionInput): Decision {
  const { request, state } = input;
  const end = state.lastEnd;
  if (end === null) return again(input, 0, currentModel(request, state), 'first attempt');
  switch (end.outcome) {
    case 'complete':
      return afterMessage(input, end.stopReason);
    case 'cancelled':
      return { next: 'cancel' };
    case 'budget_spent':
      // More of it is left after a reset of the workflow, which starts a new one, and by a worker's wrong clock:
      // hence the back-off.
      return input.budgetLeftMs < SHORTEST_ATTEMPT_MS
        ? { next: 'await_timeout' }
        : again(input, backOffMs(input), currentModel(request, state), end.outcome);
    case 'worker_stopping':
      return again(input, 0, currentModel(request, state), end.outcome);
    case 'api_error':
      return end.permanent ? afterPermanentError(input, end.error) : afterFailure(input, end.error);
    case 'connection_lost':
      return afterFailure(input, end.error);
    case 'seam_rejected':
      return afterFailure(input, { kind: 'seam_rejected', message: end.reason });
    case 'stalled':
      return afterFailure(input, { kind: 'stalled', message: `stalled in ${end.phase}: ${end.silence}` });
    case 'worker_lost':
      return afterFailure(input, { kind: 'worker_lost', message: 'the worker was lost' });
    default:
      return end satisfies never;
  }
}

function afterMessage(input: DecisionInput, stopReason: string): Decision {
  const { request, state } = input;
  if (isWhole(stopReason)) return { next: 'finish', status: 'complete', stopReason };
  const progressed = keptByLast(state) > 0;
  // A server tool may run long before there is a word; that it does not run for ever, the fruitless streams bound.
  if (stopReason === 'pause_turn' && !progressed) {
    return afterFailure(input, { kind: 'pause_turn', message: 'the turn was paused before any text' });
  }
  // JSON begins anew each time, so that it would stop at the same place.
  const goesOn =
    stopReason === 'pause_turn' ||
    (stopReason === 'max_tokens' && request.maxTotalTokens !== null && !hasJsonOutputFormat(request.message));
  // A stop reason nobody knows yet must not make a whole text of a cut one.
  if (!goesOn || !progressed) return { next: 'finish', status: 'incomplete', stopReason };
  return again(input, 0, currentModel(request, state), stopReason);
}

function afterPermanentError(input: DecisionInput, error: GenerationError): Decision {
  const { request, state } = input;
  const next = nextModel(request, currentModel(request, state));
  if (error.status === 404 && next !== null) return again(input, 0, next, `fall-back to ${next}`);
  return { next: 'fail', error };
}

function afterFailure(input: DecisionInput, error: GenerationError): Decision {
  const { request, state } = input;
  const model = currentModel(request, state);
  const fruitless = trailingCount(ownAttempts(state), (attempt) => isFruitlessStream(attempt, state));
  if (fruitless >= FRUITLESS_STREAMS) {
    const message = `${fruitless} streams in a row brought less than ${PROGRESS_CHARACTERS} characters each; the last: ${error.message}`;
    return {
      next: 'fail',
      error: { ...error, kind: error.kind === 'seam_rejected' ? error.kind : 'no_progress', message },
    };
  }

  const overloads = trailingCount(
    ownAttempts(state),
    (attempt) => attempt.model === model && isOverload(attempt),
  );
  const fallback = overloads >= OVERLOADS_BEFORE_FALLBACK ? nextModel(request, model) : null;
  if (fallback !== null) return again(input, 0, fallback, `fall-back to ${fallback}`);

  const retryAfterMs = error.retryAfterMs ?? 0;
  if (retryAfterMs > input.budgetLeftMs) {
    const message = `${error.message} (asked to wait ${retryAfterMs} ms, but ${Math.max(0, Math.round(input.budgetLeftMs))} ms of the total budget are left; raise limits.totalMs)`;
    return { next: 'fail', error: { ...error, message } };
  }
  // A rejected reply is asked for in other words next: waiting would change nothing.
  const afterMs = error.kind === 'seam_rejected' ? 0 : backOffMs(input);
  return again(input, Math.max(retryAfterMs, afterMs), model, error.kind);
}

function again(input: DecisionInput, afterMs: number, model: string, because: string): Decision {
  const { request, state } = input;
  const counted = ownAttempts(state).filter((attempt) => attempt.stopReason !== 'max_tokens');
  if (counted.length >= request.maxAttempts) {
    const message = `${counted.length} attempts were made, as many as maxAttempts allows; the last ended ${because}`;
    return { next: 'fail', error: { kind: 'attempts_exhausted', message } };
  }
  const limit = limitReached(request, state);
  if (limit !== null) return { next: 'finish', status: 'incomplete', stopReason: limit };
  const plan = planAttempt(request, state, model);
  const anchor = plan.resume === 'continuation' ? plan.rung.shortestAnchor : 0;
  if (!isEnough(plan.left, request.message, anchor))
    return { next: 'finish', status: 'incomplete', stopReason: 'max_tokens' };
  if (afterMs + SHORTEST_ATTEMPT_MS > input.budgetLeftMs) return { next: 'await_timeout' };
  return { next: 'again', afterMs, plan, because };
}

/** What Temporal cannot carry any more: another attempt would be paid for, and its text have no place. */
function limitReached(
  request: GenerationRequest,
  state: GenerationState,
): 'text_limit' | 'ledger_limit' | null {
  if (encodedBytes(state.text) >= mostTextBytes(encodedBytes(request))) return 'text_limit';
  return encodedBytes(state.attempts) >= MOST_LEDGER_BYTES ? 'ledger_limit' : null;
}

/** Exponential, with half of it jitter; nothing after an attempt that made progress. */
function backOffMs({ state, random }: DecisionInput): number {
  const failures = trailingCount(
    ownAttempts(state),
    (attempt) => keptBy(attempt, state) < PROGRESS_CHARACTERS,
  );
  if (failures === 0) return 0;
  const ceiling = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}

/** A stream that never began costs nothing: an outage may last as long as the budget and `maxAttempts` allow. */
function isFruitlessStream(attempt: AttemptRecord, state: GenerationState): boolean {
  const began =
    attempt.usage !== null || attempt.firstTokenMs !== null || attempt.outcome === 'seam_rejected';
  return began && attempt.outcome !== 'worker_stopping' && keptBy(attempt, state) < PROGRESS_CHARACTERS;
}

function isOverload(attempt: AttemptRecord): boolean {
  if (attempt.outcome !== 'api_error') return false;
  const status = attempt.error?.status ?? 0;
  return (
    status === 429 ||
    status >= 500 ||
    ['overloaded_error', 'rate_limit_error', 'api_error'].includes(attempt.error?.type ?? '')
  );
}

function keptBy(attempt: AttemptRecord, state: GenerationState): number {
  return attempt.keptCharacters - keptBefore(attempt, state);
}

function keptByLast(state: GenerationState): number {
  const last = state.attempts.at(-1);
  return last === undefined ? 0 : keptBy(last, state);
}

/** A run goes on with the model it came to; a retry begins with the one asked for. */
function currentModel(request: GenerationRequest, state: GenerationState): string {
  return ownAttempts(state).at(-1)?.model ?? request.message.model;
}

function nextModel(request: GenerationRequest, model: string): string | null {
  // Each once: a model named twice would lead back to itself, without any wait.
  const models = [...new Set([request.message.model, ...request.fallbackModels])];
  return models[models.indexOf(model) + 1] ?? null;
}
