/**
 * The watch over one stream: under which limit it is, how long it has been silent, when that is a stall.
 *
 * Content, not bytes: only content resets the watch. Pings, comments, empty deltas, unknown events and the bytes of an
 * unfinished event show that the socket is alive, which a stalled stream's is too. They are counted, so that a stall
 * can say what there was instead of content. Pure: time comes in as a number.
 */
import type { Phase, Silence } from '../generation/attempt.ts';
import type { Limits } from '../generation/request.ts';

export type StreamLimits = Omit<Limits, 'totalMs'>;

/** All times in milliseconds of one monotonic clock. */
export interface Watch {
  phase: Phase;
  sentAt: number;
  /** When the present silence began: at the last content, at the headers, or when the request was sent. */
  silentSince: number;
  firstTokenAt: number | null;
  lastContentAt: number | null;
  /** The longest silence between two contents; counted once the wait for the first token is over. */
  longestGapMs: number | null;
  pings: number;
  comments: number;
  /** Bytes of an event that did not come to its end came well within the present silence. */
  dripping: boolean;
}

export type WatchSignal =
  | { kind: 'headers' }
  | { kind: 'text' }
  | { kind: 'thinking' }
  /** Tool input, citations, signatures: progress, but neither text nor thoughts. */
  | { kind: 'other_content' }
  | { kind: 'block_opened'; thinking: boolean }
  | { kind: 'block_closed' }
  | { kind: 'stop_reason' }
  /** Also stands for empty deltas and unknown events. */
  | { kind: 'ping' }
  | { kind: 'comment' }
  /** Bytes came that completed neither an event nor a comment. */
  | { kind: 'unfinished' };

export type WatchVerdict =
  /** `inMs`: when to look again, more than 0. */
  | { kind: 'wait'; inMs: number }
  | { kind: 'stalled'; phase: Phase; silence: Silence; silentMs: number }
  /** The stop reason came and nothing after it: the message is whole. */
  | { kind: 'closed' };

/** How long `message_stop` is waited for once the stop reason is known. */
export const CLOSING_MS = 2000;

/**
 * The beginning of an event often comes along with the content before it. Only what comes later than this counts as
 * a sign of life; else a connection cut within an event would not be called silent.
 */
const DRIP_AFTER_MS = 100;

export function startWatch(now: number): Watch {
  return {
    phase: 'connect',
    sentAt: now,
    silentSince: now,
    firstTokenAt: null,
    lastContentAt: null,
    longestGapMs: null,
    pings: 0,
    comments: 0,
    dripping: false,
  };
}

export function advanceWatch(watch: Watch, signal: WatchSignal, now: number): Watch {
  switch (signal.kind) {
    case 'headers':
      return { ...watch, phase: 'first_token', silentSince: now };
    case 'text':
      return content(watch, 'inter_token', now, watch.firstTokenAt ?? now);
    case 'thinking':
      return content(watch, 'thinking', now, watch.firstTokenAt ?? now);
    case 'other_content':
      // A citation inside a text that is under way does not make it a slower one.
      return content(watch, watch.phase === 'inter_token' ? 'inter_token' : 'thinking', now);
    case 'block_opened':
      // An opened text block is not a first token yet. An opened thinking block is the beginning of a long think,
      // and may stay without a single delta (thoughts omitted): it must not be held to the limit for first tokens.
      return content(
        watch,
        watch.phase === 'first_token' && !signal.thinking ? 'first_token' : 'thinking',
        now,
      );
    case 'block_closed':
      return content(watch, 'thinking', now);
    case 'stop_reason':
      return content(watch, 'closing', now);
    case 'ping':
      return { ...watch, pings: watch.pings + 1, dripping: false };
    case 'comment':
      return { ...watch, comments: watch.comments + 1, dripping: false };
    case 'unfinished':
      return now - watch.silentSince > DRIP_AFTER_MS ? { ...watch, dripping: true } : watch;
    default:
      return signal satisfies never;
  }
}

/** Written out field by field: it runs once for each delta, and spreading the old state costs more than parsing one. */
function content(
  watch: Watch,
  phase: Phase,
  now: number,
  firstTokenAt: number | null = watch.firstTokenAt,
): Watch {
  return {
    phase,
    sentAt: watch.sentAt,
    silentSince: now,
    firstTokenAt,
    lastContentAt: phase === 'closing' ? watch.lastContentAt : now,
    longestGapMs: gapSoFar(watch, now),
    pings: 0,
    comments: 0,
    dripping: false,
  };
}

/** When the present silence becomes too long, on the watch's clock. */
export function deadlineOf(watch: Watch, limits: StreamLimits): number {
  return watch.silentSince + limitOf(watch.phase, limits);
}

export function checkWatch(watch: Watch, limits: StreamLimits, now: number): WatchVerdict {
  const inMs = deadlineOf(watch, limits) - now;
  if (inMs > 0) return { kind: 'wait', inMs };
  if (watch.phase === 'closing') return { kind: 'closed' };
  return {
    kind: 'stalled',
    phase: watch.phase,
    silence: silenceOf(watch),
    silentMs: now - watch.silentSince,
  };
}

/** The longest gap if the stream ended now, in a stall: the last silence is a gap too. Null before the first. */
export function gapSoFar(watch: Watch, now: number): number | null {
  if (watch.phase === 'connect' || watch.phase === 'first_token' || watch.phase === 'closing') {
    return watch.longestGapMs;
  }
  return Math.max(watch.longestGapMs ?? 0, now - watch.silentSince);
}

function limitOf(phase: Phase, limits: StreamLimits): number {
  switch (phase) {
    case 'connect':
      return limits.connectMs;
    case 'first_token':
      return limits.firstTokenMs;
    case 'thinking':
      return limits.thinkingMs;
    case 'inter_token':
      return limits.interTokenMs;
    case 'closing':
      return CLOSING_MS;
    default:
      return phase satisfies never;
  }
}

function silenceOf(watch: Watch): Silence {
  if (watch.pings > 0 || watch.dripping) return 'pings_only';
  return watch.comments > 0 ? 'comments_only' : 'no_bytes';
}
