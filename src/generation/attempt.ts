/** One attempt: one streamed request, one activity execution. What it is asked, and what it reports. */
import type { Checkpoint } from './checkpoint.ts';
import type { GenerationError } from './error.ts';

/** Which limit a stream is under at the moment. `closing`: the stop reason came, `message_stop` has not yet. */
export type Phase = 'connect' | 'first_token' | 'thinking' | 'inter_token' | 'closing';

/** What the socket carried while no content came. Empty deltas and unknown events count as pings. */
export type Silence = 'no_bytes' | 'comments_only' | 'pings_only';

export type AttemptOutcome =
  | 'complete'
  | 'stalled'
  | 'connection_lost'
  | 'api_error'
  | 'worker_stopping'
  | 'worker_lost'
  | 'seam_rejected'
  | 'cancelled'
  | 'budget_spent';

/** How an attempt takes up the kept text; `none` when there is none. */
export type Resume = 'none' | 'prefill' | 'continuation' | 'restart';

/** In which form the kept text is shown to a model that is asked to continue it. */
export type ContinuationForm = 'assistant_turn' | 'quoted';

/** What the workflow asks of one attempt: numbers and choices only; texts the attempt reads from the history. */
export interface AttemptPlan {
  number: number;
  model: string;
  resume: Resume;
  form: ContinuationForm;
  /** Whether a reply without the echo may be joined as it comes, unverified. */
  joinUnverified: boolean;
  keptCharacters: number;
  /** `max_tokens` of the request, before the allowance for the echo. */
  maxTokens: number;
}

export type SeamKind = 'exact' | 'anchor' | 'overlap' | 'plain';

/** How an attempt's text was joined to what was kept before it. */
export interface Seam {
  kind: SeamKind;
  /** White space left out of a prefill, or echo cut. */
  trimmedCharacters: number;
  verified: boolean;
}

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  /** Present and true when `outputTokens` was reckoned from characters because the stream died before telling. */
  estimated?: true;
}

/** What an attempt knows of itself at any moment; goes with each heartbeat and with the report. */
export interface AttemptProgress {
  /** By the worker's clock, milliseconds since the epoch. */
  startedAt: number;
  /** As it was asked in the end: a 400 about prefill changes it without costing an attempt. */
  resume: Resume;
  phase: Phase;
  firstTokenMs: number | null;
  longestGapMs: number | null;
  /** By the worker's clock; null before the first content. */
  lastContentAt: number | null;
  usage: Usage | null;
  seam: Seam | null;
  /** Received once and dropped again: echoes, and what a cut took away. */
  regeneratedCharacters: number;
  simulated: boolean;
}

/** A heartbeat's details: the latest checkpoint, always whole, never empty-handed. */
export interface HeartbeatDetails {
  checkpoint: Checkpoint;
  progress: AttemptProgress;
}

/** How an attempt ended. Each outcome carries what `decide()` needs, and nothing else. */
export type AttemptEnd =
  /** The message ended as messages end; whether the text is whole, its stop reason says. */
  | { outcome: 'complete'; stopReason: string }
  | { outcome: 'stalled'; phase: Phase; silence: Silence; detectedAfterMs: number }
  | { outcome: 'connection_lost'; error: GenerationError }
  | { outcome: 'api_error'; error: GenerationError; permanent: boolean }
  | { outcome: 'worker_stopping' }
  | { outcome: 'worker_lost' }
  | { outcome: 'seam_rejected'; reason: string }
  | { outcome: 'cancelled' }
  | { outcome: 'budget_spent' };

/** What an activity hands back, whole or failed: the text not yet safe, how it ended, and its figures. */
export interface AttemptReport {
  checkpoint: Checkpoint;
  progress: AttemptProgress;
  end: AttemptEnd;
  endedAt: number;
}

/** An attempt's row in the ledger: what the result document shows of it, plus its stop reason. */
export interface AttemptRecord {
  number: number;
  model: string;
  resume: Resume;
  outcome: AttemptOutcome;
  phase: Phase | null;
  silence: Silence | null;
  startedAt: string | null;
  endedAt: string | null;
  keptCharacters: number;
  regeneratedCharacters: number | null;
  firstTokenMs: number | null;
  longestGapMs: number | null;
  detectedAfterMs: number | null;
  stopReason: string | null;
  seam: Seam | null;
  usage: Usage | null;
  error: GenerationError | null;
}
