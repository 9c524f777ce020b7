/** The ledger: one row an attempt, and what all of them cost. */
import type { AttemptEnd, AttemptPlan, AttemptProgress, AttemptRecord, Usage } from './attempt.ts';
import type { GenerationError } from './error.ts';

export interface AttemptFigures {
  /** Milliseconds since the epoch, by the server's clock; the attempt's own word comes first. */
  startedAt: number | null;
  endedAt: number;
  keptCharacters: number;
  /** Null where the attempt never told anything. */
  progress: AttemptProgress | null;
}

export function attemptRecord(plan: AttemptPlan, end: AttemptEnd, figures: AttemptFigures): AttemptRecord {
  const { progress } = figures;
  return {
    number: plan.number,
    model: plan.model,
    resume: progress?.resume ?? plan.resume,
    outcome: end.outcome,
    phase: end.outcome === 'stalled' ? end.phase : null,
    silence: end.outcome === 'stalled' ? end.silence : null,
    startedAt: isoTime(progress?.startedAt ?? figures.startedAt),
    endedAt: isoTime(figures.endedAt),
    keptCharacters: figures.keptCharacters,
    // What a lost worker received after its last heartbeat, nobody knows.
    regeneratedCharacters: end.outcome === 'worker_lost' ? null : (progress?.regeneratedCharacters ?? 0),
    firstTokenMs: progress?.firstTokenMs ?? null,
    longestGapMs: progress?.longestGapMs ?? null,
    detectedAfterMs: end.outcome === 'stalled' ? end.detectedAfterMs : null,
    stopReason: end.outcome === 'complete' ? end.stopReason : null,
    seam: progress?.seam ?? null,
    usage: progress?.usage ?? null,
    error: errorOf(end),
  };
}

function errorOf(end: AttemptEnd): GenerationError | null {
  switch (end.outcome) {
    case 'connection_lost':
    case 'api_error':
      return end.error;
    case 'seam_rejected':
      return { kind: 'seam_rejected', message: end.reason };
    case 'complete':
    case 'stalled':
    case 'worker_stopping':
    case 'worker_lost':
    case 'cancelled':
    case 'budget_spent':
      return null;
    default:
      return end satisfies never;
  }
}

function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** What all attempts together cost, as far as it is known. */
export function totalUsage(attempts: readonly AttemptRecord[]): Usage {
  const total: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  for (const { usage } of attempts) {
    total.inputTokens = (total.inputTokens ?? 0) + (usage?.inputTokens ?? 0);
    total.outputTokens = (total.outputTokens ?? 0) + (usage?.outputTokens ?? 0);
    total.cacheReadTokens = (total.cacheReadTokens ?? 0) + (usage?.cacheReadTokens ?? 0);
    total.cacheWriteTokens = (total.cacheWriteTokens ?? 0) + (usage?.cacheWriteTokens ?? 0);
    if (usage?.estimated) total.estimated = true;
  }
  return total;
}
