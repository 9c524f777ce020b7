/** The kind of an attempt that was ended by something that is no report of it: it could not begin, or somebody's hand. */
export const ATTEMPT_FAILED = 'attempt_failed';

/** Why a generation, or one of its attempts, did not go on. Part of the result document, and never holds text. */
export interface GenerationError {
  /** A stable word to branch on: the API's own error type where there is one, else one of ours. */
  kind: string;
  message: string;
  /** HTTP status, where a response came. */
  status?: number;
  /** The API's `error.type`. */
  type?: string;
  requestId?: string;
  /** What the server asked to wait, in milliseconds. */
  retryAfterMs?: number;
}
