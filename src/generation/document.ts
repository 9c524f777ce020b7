/** The result document, made of the request, the folded state and how things stand. */
import type { GenerationError } from './error.ts';
import type { GenerationState } from './fold.ts';
import { totalUsage } from './record.ts';
import type { GenerationRequest } from './request.ts';
import type { GenerationStatus, ResultDocument } from './result.ts';

export interface Standing {
  status: GenerationStatus;
  stopReason: string | null;
  error: GenerationError | null;
  /** Milliseconds since the epoch. */
  enqueuedAt: number;
  endedAt: number | null;
}

export function resultDocument(
  request: GenerationRequest,
  state: GenerationState,
  standing: Standing,
): ResultDocument {
  const firstStart = state.attempts[state.carriedAttempts]?.startedAt;
  const startedAt =
    firstStart === undefined || firstStart === null
      ? (state.current?.startedAt ?? null)
      : Date.parse(firstStart);
  return {
    id: request.id,
    status: standing.status,
    complete: standing.status === 'complete',
    verified: state.attempts.every((attempt) => attempt.seam?.verified ?? true),
    simulated: state.simulated,
    text: state.text,
    stopReason: standing.stopReason,
    model: state.attempts.at(-1)?.model ?? state.current?.plan.model ?? request.message.model,
    enqueuedAt: new Date(standing.enqueuedAt).toISOString(),
    startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
    endedAt: standing.endedAt === null ? null : new Date(standing.endedAt).toISOString(),
    // The worker's clock and the server's may differ by a little; a wait is never negative.
    queuedMs: startedAt === null ? null : Math.max(0, startedAt - standing.enqueuedAt),
    usage: totalUsage(state.attempts),
    error: standing.error,
    attempts: state.attempts,
  };
}
