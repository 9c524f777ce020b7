/** What the failure of an attempt's activity says, as an event for the fold. */
import type { AttemptReport, HeartbeatDetails } from './attempt.ts';
import { ATTEMPT_FAILURE } from './durable.ts';
import type { GenerationEvent } from './fold.ts';

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

export function eventOfFailure(failure: DecodedFailure, at: number): GenerationEvent {
  if (failure.type === ATTEMPT_FAILURE && failure.details?.[0] !== undefined) {
    return { kind: 'attempt_reported', report: failure.details[0] as AttemptReport };
  }
  if (failure.type === RESET_FAILURE) {
    const error = {
      kind: 'workflow_reset',
      message: 'the workflow was reset while the attempt was under way',
    };
    const details = (failure.details?.[0] ?? null) as HeartbeatDetails | null;
    return { kind: 'attempt_ended', end: { outcome: 'connection_lost', error }, details, at };
  }
  switch (failure.name) {
    case 'TimeoutFailure': {
      const details = (failure.lastHeartbeatDetails ?? null) as HeartbeatDetails | null;
      return { kind: 'attempt_ended', end: { outcome: 'worker_lost' }, details, at };
    }
    case 'CancelledFailure':
      return { kind: 'attempt_ended', end: { outcome: 'cancelled' }, details: null, at };
    default: {
      // An activity that failed before it could report: the text is as it was, another attempt may do better.
      const error = { kind: 'attempt_failed', message: failure.message };
      return { kind: 'attempt_ended', end: { outcome: 'connection_lost', error }, details: null, at };
    }
  }
}
