/**
 * What an error means for the generation: whether the connection or the API failed, and whether asking again can help.
 *
 * Messages hold what the server's own error object says, an address or a code; never the body of anything else, a
 * prompt, a text or a header. Source of the statuses and types: the API's error documentation and `core/error` of
 * SDK 1.12.
 */
import { APIError } from '@anthropic-ai/sdk';
import type { GenerationError } from '../generation/error.ts';
import { connectionError } from './connectionError.ts';
import { retryAfterMs } from './retryAfter.ts';

export type ClassifiedError =
  | { kind: 'connection_lost'; error: GenerationError; permanent: false }
  | { kind: 'api_error'; error: GenerationError; permanent: boolean };

/** Worth another attempt, besides every status from 500 on (529, overloaded, is one of them). */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

const PERMANENT_TYPES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'authentication_error',
  'billing_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
]);

/** A budget that is spent does not come back by waiting, although it is reported as a rate limit. */
const SPENT_BUDGET = /^[a-z_]*spend_limit_reached$/;

/** The API's own word for a status, where the response did not say it (a proxy's HTML page). */
const TYPE_BY_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [422, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['authentication_error', 'check ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN of the worker'],
  ['not_found_error', 'check the model name and ANTHROPIC_BASE_URL'],
]);

/**
 * Classifies whatever a request was rejected with. Never throws.
 *
 * @param nowEpochMs for a `retry-after` that is a date
 */
export function classifyError(error: unknown, nowEpochMs: number = Date.now()): ClassifiedError {
  // Connection errors and aborts are APIErrors too, but have no status.
  if (!(error instanceof APIError) || error.status === undefined) {
    return { kind: 'connection_lost', error: connectionError(error), permanent: false };
  }
  const headers: Headers | undefined = error.headers;
  const { type, message, code } = errorObject(error.error);
  const status: number = error.status;
  const retryAfter = retryAfterMs(headers, nowEpochMs);
  const spent = [code, type].find((word) => word !== null && SPENT_BUDGET.test(word)) ?? null;
  const kind = spent ?? type ?? TYPE_BY_STATUS.get(status) ?? (status >= 500 ? 'api_error' : 'http_error');
  const shouldRetry = headers?.get('x-should-retry');
  const retryable =
    shouldRetry === 'true' ||
    (shouldRetry !== 'false' && spent === null && (status >= 500 || RETRYABLE_STATUSES.has(status)));
  const requestId = error.requestID;
  return {
    kind: 'api_error',
    permanent: !retryable,
    error: {
      kind,
      message: sentence(`the API answered ${status} ${kind}`, message, kind),
      status,
      ...(type !== null && { type }),
      ...(requestId != null && { requestId }),
      ...(retryAfter !== null && { retryAfterMs: retryAfter }),
    },
  };
}

/**
 * Classifies an `error` event inside a stream, where there is no status. A type nobody knows is worth another
 * attempt: the request had been accepted.
 */
export function classifyErrorEvent(
  event: { type: string | null; message: string | null; requestId: string | null },
  requestIdOfResponse: string | null,
): ClassifiedError {
  const type = asWord(event.type);
  const kind = type ?? 'api_error';
  const requestId = requestIdOfResponse ?? event.requestId;
  return {
    kind: 'api_error',
    permanent: PERMANENT_TYPES.has(kind) || SPENT_BUDGET.test(kind),
    error: {
      kind,
      message: sentence(`the stream ended with an error event, ${kind}`, event.message, kind),
      ...(type !== null && { type }),
      ...(requestId !== null && { requestId }),
    },
  };
}

/** `{ type: 'error', error: { type, message, details: { error_code } } }`, or anything a proxy might send instead. */
function errorObject(body: unknown): { type: string | null; message: string | null; code: string | null } {
  const error = field(body, 'error');
  const message = field(error, 'message');
  return {
    type: asWord(field(error, 'type')),
    message: typeof message === 'string' ? message : null,
    code: asWord(field(field(error, 'details'), 'error_code')),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A type to branch on, not a piece of text that happens to stand where a type should. */
function asWord(value: unknown): string | null {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value) ? value : null;
}

const LONGEST_MESSAGE_CHARACTERS = 300;

function sentence(what: string, message: string | null, kind: string): string {
  const said = message?.replace(/\s+/g, ' ').trim().slice(0, LONGEST_MESSAGE_CHARACTERS) ?? '';
  const advice = ADVICE.get(kind);
  return what + (said === '' ? '' : `: ${said}`) + (advice === undefined ? '' : ` (${advice})`);
}
