/**
 * Where text becomes safe: the one fold from events to kept text and ledger.
 *
 * The workflow applies it live; the client applies it to the history of a running or closed execution; an attempt
 * applies it to learn what it is to continue. So a text can be salvaged with no worker running, by no code of its own.
 */
import type {
  AttemptEnd,
  AttemptPlan,
  AttemptRecord,
  AttemptReport,
  HeartbeatDetails,
  Usage,
} from './attempt.ts';
import { applyCheckpoint } from './checkpoint.ts';
import type { GenerationError } from './error.ts';
import type { ContentBlock } from './request.ts';

/** What an earlier run of the same generation hands to the next (`retry`). */
export interface CarriedText {
  text: string;
  attempts: AttemptRecord[];
  simulated: boolean;
}

export type GenerationEvent =
  | { kind: 'attempt_scheduled'; plan: AttemptPlan }
  /** The attempt is at work; times are milliseconds since the epoch, by the server's clock. */
  | { kind: 'attempt_started'; number: number; at: number }
  /** The attempt told its end itself: by its return value or its failure. */
  | { kind: 'attempt_reported'; report: AttemptReport }
  /** The attempt was ended over its head; `details` is the last heartbeat that reached the server. */
  | { kind: 'attempt_ended'; end: AttemptEnd; details: HeartbeatDetails | null; at: number };

export interface GenerationState {
  text: string;
  attempts: AttemptRecord[];
  simulated: boolean;
  /** How many of the attempts an earlier run made; they do not count against `maxAttempts`. */
  carriedAttempts: number;
  /** The attempt under way. */
  current: { plan: AttemptPlan; startedAt: number | null } | null;
  /** How the last attempt ended. */
  lastEnd: AttemptEnd | null;
  /** The turn that the model paused, as it came; null once the text has grown by anything else. */
  pausedTurn: readonly ContentBlock[] | null;
}

export function initialState(carried: CarriedText | null): GenerationState {
  return {
    text: carried?.text ?? '',
    attempts: carried?.attempts ?? [],
    simulated: carried?.simulated ?? false,
    carriedAttempts: carried?.attempts.length ?? 0,
    current: null,
    lastEnd: null,
    pausedTurn: null,
  };
}

export function fold(state: GenerationState, event: GenerationEvent): GenerationState {
  switch (event.kind) {
    case 'attempt_scheduled':
      return { ...state, current: { plan: event.plan, startedAt: null } };
    case 'attempt_started':
      if (state.current?.plan.number !== event.number) return state;
      return { ...state, current: { ...state.current, startedAt: event.at } };
    case 'attempt_reported': {
      const { checkpoint, progress, end, endedAt } = event.report;
      return ended(state, end, { checkpoint, progress }, endedAt);
    }
    case 'attempt_ended':
      return ended(state, event.end, event.details, event.at);
    default:
      return event satisfies never;
  }
}

/** The text as it stands while an attempt is under way, by its latest heartbeat. */
export function textWith(state: GenerationState, details: HeartbeatDetails | null): string {
  return details === null ? state.text : applyCheckpoint(state.text, details.checkpoint);
}

function ended(
  state: GenerationState,
  end: AttemptEnd,
  details: HeartbeatDetails | null,
  endedAt: number,
): GenerationState {
  // A second report of one attempt (a frozen worker's late one) is no report of the next.
  if (state.current === null) return state;
  const { plan, startedAt } = state.current;
  const known = textWith(state, details);
  const text = end.outcome === 'complete' ? known.slice(0, end.textEndsAt) : known;
  const progress = details?.progress ?? null;
  const record: AttemptRecord = {
    number: plan.number,
    model: plan.model,
    resume: progress?.resume ?? plan.resume,
    outcome: end.outcome,
    phase: end.outcome === 'stalled' ? end.phase : null,
    silence: end.outcome === 'stalled' ? end.silence : null,
    startedAt: isoTime(progress?.startedAt ?? startedAt),
    endedAt: isoTime(endedAt),
    keptCharacters: text.length,
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
  return {
    ...state,
    text,
    attempts: [...state.attempts, record],
    simulated: state.simulated || (progress?.simulated ?? false),
    current: null,
    lastEnd: end,
    pausedTurn: pausedTurnAfter(state, plan.pausedTurn && progress?.resume === 'prefill', end, text),
  };
}

function pausedTurnAfter(
  state: GenerationState,
  wentOn: boolean,
  end: AttemptEnd,
  text: string,
): readonly ContentBlock[] | null {
  const paused = end.outcome === 'complete' ? end.pausedTurn : undefined;
  // A turn that went on and paused again is one turn.
  if (paused !== undefined) return [...(wentOn ? (state.pausedTurn ?? []) : []), ...paused];
  return text === state.text ? state.pausedTurn : null;
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
