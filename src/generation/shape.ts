/**
 * What comes from outside the workflow is told by its shape: anybody may start one, send a signal, complete an activity
 * or write a heartbeat by hand, and an error over it would fail the workflow's tasks until its budget ends.
 */
import type { AttemptOutcome, AttemptReport, HeartbeatDetails } from './attempt.ts';
import type { GenerationInput } from './durable.ts';
import { DEFAULT_LIMITS } from './request.ts';

/** As far as the workflow and its readers rely on it. What is beyond that, the client checks before it starts anything. */
export function isGenerationInput(value: unknown): value is GenerationInput {
  if (!isObject(value) || !isObject(value['request']) || !isObject(value['request']['message'])) return false;
  const { message, limits, fallbackModels, maxAttempts } = value['request'];
  const { carried } = value;
  return (
    typeof message['model'] === 'string' &&
    typeof message['max_tokens'] === 'number' &&
    Array.isArray(message['messages']) &&
    message['messages'].length > 0 &&
    message['messages'].every(isObject) &&
    isObject(limits) &&
    Object.keys(DEFAULT_LIMITS).every((name) => typeof limits[name] === 'number') &&
    Array.isArray(fallbackModels) &&
    typeof maxAttempts === 'number' &&
    (carried === null || (isObject(carried) && typeof carried['text'] === 'string'))
  );
}

export function isDetails(value: unknown): value is HeartbeatDetails {
  if (!isObject(value) || !isObject(value['progress']) || !isObject(value['checkpoint'])) return false;
  const { offset, text } = value['checkpoint'];
  const isPlace = Number.isInteger(offset) && Number(offset) >= 0 && typeof text === 'string';
  return isPlace && isTime(value['progress']['startedAt']);
}

export function isReport(value: unknown): value is AttemptReport {
  if (!isDetails(value)) return false;
  const { end, endedAt } = value as Partial<AttemptReport>;
  return isEnd(end) && isTime(endedAt);
}

/** What `decide()` and the ledger need of it. */
function isEnd(end: unknown): boolean {
  if (!isObject(end)) return false;
  switch (end['outcome'] as AttemptOutcome) {
    case 'complete':
      return typeof end['stopReason'] === 'string';
    case 'connection_lost':
    case 'api_error':
      return isObject(end['error']) && typeof end['error']['message'] === 'string';
    case 'stalled':
    case 'seam_rejected':
    case 'worker_stopping':
    case 'worker_lost':
    case 'cancelled':
    case 'budget_spent':
      return true;
    default:
      return false;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Within what a date can be: of another number no row of the ledger could be made. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}
