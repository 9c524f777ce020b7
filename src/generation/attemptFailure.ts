/** What the end of an attempt's activity says, as an event for the fold. */
import type { HeartbeatDetails } from './attempt.ts';
import { ATTEMPT_FAILURE } from './durable.ts';
import { ATTEMPT_FAILED } from './error.ts';
import type { GenerationEvent } from './fold.ts';
import { isDetails, isReport } from './shape.ts';

/**
 * A failure as Temporal's converter decodes it. Told by its shape, not its class: the workflow's sandbox and the
 * client each have classes of their own, and this room imports nothing of Temporal's.
 */
export interface DecodedFailure {
  name: string;
  message: string;
  type?: string | null | undefined;
  details?: unknown[] | null | undefined;
  lastHeartbeatDetails?: unknown;
}

/** How the SDK decodes the server's own failure of an activity that a workflow reset cut off. */
const RESET_FAILURE = 'ResetWorkflow';

/** What an activity handed back, which anybody may have completed by hand. */
export function eventOfReport(
  report: unknown,
  at: number,
  message = 'the attempt was ended by something that is no report of it',
): GenerationEvent {
  if (isReport(report)) return { kind: 'attempt_reported', report };
  const error = { kind: ATTEMPT_FAILED, message };
  return { kind: 'attempt_ended', end: { outcome: 'connection_lost', error }, details: null, at };
}

/** A heartbeat's details; null where there is none, or one of another shape. */
export function detailsOf(value: unknown): HeartbeatDetails | null {
  return isDetails(value) ? value : null;
}

export function eventOfFailure(failure: DecodedFailure, at: number): GenerationEvent {
  if (failure.type === ATTEMPT_FAILURE) return eventOfReport(failure.details?.[0], at, failure.message);
  if (failure.type === RESET_FAILURE) {
    const error = {
      kind: 'workflow_reset',
      message: 'the workflow was reset while the attempt was under way',
    };
    const details = detailsOf(failure.details?.[0]);
    return { kind: 'attempt_ended', end: { outcome: 'connection_lost', error }, details, at };
  }
  switch (failure.name) {
    case 'TimeoutFailure': {
      const details = detailsOf(failure.lastHeartbeatDetails);
      return { kind: 'attempt_ended', end: { outcome: 'worker_lost' }, details, at };
    }
    case 'CancelledFailure':
      return { kind: 'attempt_ended', end: { outcome: 'cancelled' }, details: null, at };
    default: {
      // An activity that failed before it could report: the text is as it was, another attempt may do better.
      const error = { kind: ATTEMPT_FAILED, message: failure.message };
      return { kind: 'attempt_ended', end: { outcome: 'connection_lost', error }, details: null, at };
    }
  }
}
