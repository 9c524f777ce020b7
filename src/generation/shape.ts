/**
 * What comes from outside the workflow is told by its shape: anybody may start one, send a signal, complete an activity
 * or write a heartbeat by hand, and an error over it would fail the workflow's tasks until its budget ends.
 */
import type { AttemptOutcome, AttemptReport, HeartbeatDetails } from './attempt.ts';
import type { GenerationInput } from './durable.ts';

/**
 * As far as the workflow and its readers rely on it. What is beyond that, the client checks before it starts anything.
 *
 * A field that is added here makes of each generation before it none: by name, then, and not by `DEFAULT_LIMITS`.
 */
export function isGenerationInput(value: unknown): value is GenerationInput {
  if (!isObject(value) || !isObject(value['request'])) return false;
  const { request, carried, continued } = value;
  const { message, limits, fallbackModels, maxAttempts } = request as Record<string, unknown>;
  return (
    isMessage(message) &&
    isObject(limits) &&
    ['connectMs', 'firstTokenMs', 'thinkingMs', 'interTokenMs', 'totalMs'].every((name) =>
      Number.isFinite(limits[name]),
    ) &&
    Array.isArray(fallbackModels) &&
    fallbackModels.every((model) => typeof model === 'string') &&
    typeof maxAttempts === 'number' &&
    (carried === null || isCarried(carried)) &&
    (continued === undefined || isContinued(continued))
  );
}

function isMessage(message: unknown): boolean {
  if (!isObject(message)) return false;
  const { model, max_tokens: maxTokens, messages, thinking } = message;
  return (
    typeof model === 'string' &&
    typeof maxTokens === 'number' &&
    Array.isArray(messages) &&
    messages.length > 0 &&
    messages.every(isObject) &&
    (thinking === undefined || isObject(thinking))
  );
}

function isCarried(carried: unknown): boolean {
  if (!isObject(carried)) return false;
  const { text, attempts } = carried;
  return typeof text === 'string' && Array.isArray(attempts) && attempts.every(isRow);
}

function isRow(row: unknown): boolean {
  if (!isObject(row)) return false;
  const isObjectOrNull = (name: string): boolean => row[name] === null || isObject(row[name]);
  return (
    ['number', 'keptCharacters'].every((name) => Number.isFinite(row[name])) &&
    ['model', 'outcome'].every((name) => typeof row[name] === 'string') &&
    ['seam', 'usage', 'error'].every(isObjectOrNull)
  );
}

function isContinued(continued: unknown): boolean {
  if (!isObject(continued)) return false;
  const { enqueuedAt, carriedAttempts, lastEnd } = continued;
  return isTime(enqueuedAt) && Number.isInteger(carriedAttempts) && (lastEnd === null || isEnd(lastEnd));
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
      return isMessageEnd(end);
    case 'connection_lost':
    case 'api_error':
      return isError(end['error']);
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

function isMessageEnd({ stopReason, textEndsAt, pausedTurn }: Record<string, unknown>): boolean {
  return (
    typeof stopReason === 'string' &&
    (textEndsAt === undefined || Number.isInteger(textEndsAt)) &&
    (pausedTurn === undefined || (Array.isArray(pausedTurn) && pausedTurn.every(isObject)))
  );
}

function isError(error: unknown): boolean {
  if (!isObject(error)) return false;
  const { message, retryAfterMs } = error;
  return typeof message === 'string' && (retryAfterMs === undefined || Number.isFinite(retryAfterMs));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Within what a date can be: of another number no row of the ledger could be made. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}
