/** One attempt: one streamed request, one activity execution. What it is asked, and what it reports. */
import type { Checkpoint } from './checkpoint.ts';
import type { GenerationError } from './error.ts';
import type { ContentBlock } from './request.ts';
import type { TokensLeft } from './tokens.ts';

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

/** How a model is asked to continue, and what is done with its answer; see `resume/ladder.ts`. */
export interface Rung {
  form: ContinuationForm;
  /** Characters: a longer anchor is harder to overlook, and to mistake. */
  shortestAnchor: number;
  /** Whether a reply without the echo may be joined as it comes, once it is known to be no restart and no refusal. */
  joinUnverified: boolean;
}

/** In which form the kept text is shown to a model that is asked to continue it. */
export type ContinuationForm = 'assistant_turn' | 'quoted';

/** What the workflow asks of one attempt: numbers and choices only; texts the attempt reads from the history. */
export interface AttemptPlan {
  number: number;
  model: string;
  resume: Resume;
  /** How the model is asked, where it is asked to continue. */
  rung: Rung;
  /** Whether the turn that the model paused is sent back as it came (`resume` is then `prefill`). */
  pausedTurn: boolean;
  keptCharacters: number;
  left: TokensLeft;
}

export type SeamKind = 'exact' | 'anchor' | 'overlap' | 'plain';

/** What a seam's verdict rests on. */
export type SeamEvidence =
  /** The text was the reply's own beginning. */
  | 'prefill'
  | 'echo_at_start'
  /** Behind a preamble. */
  | 'echo_at_line_start'
  /** A misspelling of the text was repaired in it. */
  | 'echo_repaired'
  /** It may be the text's own repetition; asked again, the answer was the same. */
  | 'echo_ambiguous'
  | 'repeated_tail'
  | 'none';

/** How an attempt's text was joined to what was kept before it. */
export interface Seam {
  kind: SeamKind;
  /** White space left out of a prefill, or echo (and what came before it) cut. */
  trimmedCharacters: number;
  verified: boolean;
  evidence: SeamEvidence;
}

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  /** Present and true when the stream died before it told `outputTokens`. */
  estimated?: true;
  /** What that estimate rests on. */
  estimatedFrom?: 'message_delta' | 'token_counter' | 'characters';
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
  | {
      outcome: 'complete';
      stopReason: string;
      /** Where the text ends, in characters, because a stop sequence straddles the seam: its first half goes. */
      textEndsAt?: number;
      /** The turn that the model paused, as it came, to be sent back. */
      pausedTurn?: ContentBlock[];
    }
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
