/** The result document, as `result --json` prints it. */
import type { AttemptRecord, Usage } from './attempt.ts';
import type { GenerationError } from './error.ts';

export const GENERATION_STATUSES = [
  'queued',
  'running',
  'paused',
  'complete',
  'incomplete',
  'timed_out',
  'failed',
  'cancelled',
] as const;
export type GenerationStatus = (typeof GENERATION_STATUSES)[number];

export interface ResultDocument {
  id: string;
  status: GenerationStatus;
  /** True for the status of that name alone. */
  complete: boolean;
  /** Whether every seam is. */
  verified: boolean;
  /** Whether any of the text came from the project's own simulator. */
  simulated: boolean;
  /** Whatever was received, whatever the status. */
  text: string;
  stopReason: string | null;
  model: string;
  enqueuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  queuedMs: number | null;
  usage: Usage;
  error: GenerationError | null;
  attempts: AttemptRecord[];
}

export type StatusDocument = Omit<ResultDocument, 'text'>;

/** An ended status will not change any more (but `retry` may start a new run under the same id). */
export function isEnded(status: GenerationStatus): boolean {
  return status !== 'queued' && status !== 'running' && status !== 'paused';
}
