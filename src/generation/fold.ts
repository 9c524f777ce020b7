/**
 * Where text becomes safe: the one fold from events to kept text and ledger.
 *
 * The workflow applies it live; the client applies it to the history of a running or closed execution; an attempt
 * applies it to learn what it is to continue. So a text can be salvaged with no worker running, by no code of its own.
 */
import type {
  AttemptEnd,
  AttemptPlan,
  AttemptProgress,
  AttemptRecord,
  AttemptReport,
  HeartbeatDetails,
} from './attempt.ts';
import { placeCheckpoint } from './checkpoint.ts';
import type { Chunk, HandOver } from './chunk.ts';
import { ATTEMPT_FAILED } from './error.ts';
import { attemptRecord } from './record.ts';
import type { ContentBlock } from './request.ts';

/** What an earlier run of the same generation hands to the next (`retry`, or a history that became long). */
export interface CarriedText {
  text: string;
  attempts: AttemptRecord[];
  simulated: boolean;
}

/** What a run knows besides that is only the next part of the one before it. */
export interface ContinuedRun {
  /** Milliseconds since the epoch: of the first run, the budget's beginning. */
  enqueuedAt: number;
  /** How many of the attempts a retry had carried into the first run. */
  carriedAttempts: number;
  lastEnd: AttemptEnd | null;
}

export type GenerationEvent =
  | { kind: 'attempt_scheduled'; plan: AttemptPlan }
  /** The attempt is at work; times are milliseconds since the epoch, by the server's clock. */
  | { kind: 'attempt_started'; number: number; at: number }
  /** A signal brought a piece of its text. */
  | { kind: 'chunk_received'; chunk: Chunk }
  /** The attempt told its end itself: by its return value or its failure. */
  | { kind: 'attempt_reported'; report: AttemptReport }
  /** The attempt was ended over its head; `details` is the last heartbeat that reached the server. */
  | { kind: 'attempt_ended'; end: AttemptEnd; details: HeartbeatDetails | null; at: number }
  /** An attempt that Temporal had lost sight of told its end by signal, before or after it was ended over its head. */
  | { kind: 'attempt_handed_over'; handOver: HandOver };

export interface AttemptUnderWay {
  plan: AttemptPlan;
  startedAt: number | null;
  /** The text as it was when the attempt was scheduled. */
  textBefore: string;
  /** Whether the text ends with text of this attempt: a chunk of it came. */
  hasText: boolean;
  /** The latest of its executions that a signal came from. */
  execution: number;
  /** As it was told by signal or heartbeat, and up to which character of the text. */
  progress: AttemptProgress | null;
  toldCharacters: number;
  /** The turn that was paused before it. */
  pausedTurnBefore: readonly ContentBlock[] | null;
  handedOver: AttemptReport | null;
}

export interface GenerationState {
  /** Of the one run whose chunks count. Null in a run that a reset made: its history names the run it was copied from. */
  runId: string | null;
  text: string;
  attempts: AttemptRecord[];
  simulated: boolean;
  /** How many of the attempts an earlier run made; they do not count against `maxAttempts`. */
  carriedAttempts: number;
  /** The attempt under way. */
  current: AttemptUnderWay | null;
  /** The last attempt, where it was ended over its head: until the next is scheduled, it may still hand over its text. */
  lost: AttemptUnderWay | null;
  /** How the last attempt ended. */
  lastEnd: AttemptEnd | null;
  /** The turn that the model paused, as it came; null once the text has grown by anything else. */
  pausedTurn: readonly ContentBlock[] | null;
}

export function initialState(
  carried: CarriedText | null,
  runId: string | null = null,
  continued?: ContinuedRun,
): GenerationState {
  return {
    runId,
    text: carried?.text ?? '',
    attempts: carried?.attempts ?? [],
    simulated: carried?.simulated ?? false,
    carriedAttempts: continued?.carriedAttempts ?? carried?.attempts.length ?? 0,
    current: null,
    lost: null,
    lastEnd: continued?.lastEnd ?? null,
    pausedTurn: null,
  };
}

export function fold(state: GenerationState, event: GenerationEvent): GenerationState {
  switch (event.kind) {
    case 'attempt_scheduled':
      return { ...state, current: underWay(state, event.plan), lost: null };
    case 'attempt_started':
      if (state.current?.plan.number !== event.number) return state;
      return { ...state, current: { ...state.current, startedAt: event.at } };
    case 'chunk_received':
      return takeChunk(state, event.chunk);
    case 'attempt_reported':
      return state.current === null ? state : reported(state, state.current, event.report);
    case 'attempt_ended':
      return state.current === null ? state : endedOverItsHead(state, state.current, event);
    case 'attempt_handed_over':
      return takeHandOver(state, event.handOver);
    default:
      return event satisfies never;
  }
}

/** The text as it stands while an attempt is under way, by its latest heartbeat. */
export function textWith(state: GenerationState, details: HeartbeatDetails | null): string {
  if (details === null) return state.text;
  return placeCheckpoint(state.text, details.checkpoint, state.current?.hasText ?? false) ?? state.text;
}

/** What the next run of the same generation is to know, where this one's history has become long. */
export function carriedOn(state: GenerationState): CarriedText {
  const { text, attempts, simulated } = state;
  return { text, attempts, simulated };
}

function underWay(state: GenerationState, plan: AttemptPlan): AttemptUnderWay {
  return {
    plan,
    startedAt: null,
    textBefore: state.text,
    hasText: false,
    execution: 0,
    progress: null,
    toldCharacters: 0,
    pausedTurnBefore: state.pausedTurn,
    handedOver: null,
  };
}

function takeChunk(state: GenerationState, chunk: Chunk): GenerationState {
  if (state.runId !== null && state.runId !== chunk.runId) return state;
  const { checkpoint, progress } = chunk.details;
  const known = state.current ?? state.lost;
  if (known === null) return salvage(state, chunk.attempt, chunk.details);
  const isOurs = known.plan.number === chunk.attempt && known.execution <= chunk.execution;
  if (!isOurs || checkpoint.text === '') return state;
  const sender = inExecution(known, chunk.execution);
  const text = placeCheckpoint(state.text, checkpoint, sender.hasText);
  if (text === null) return state;
  const grown = { ...told(sender, chunk.details), hasText: true };
  const simulated = state.simulated || progress.simulated;
  if (state.current !== null) return { ...state, text, simulated, current: grown };
  return amended({ ...state, simulated }, grown, text);
}

/**
 * A later execution goes on from what was known when it began. What the one before it sent too late to be known then is
 * not its text, and gives way.
 */
function inExecution(attempt: AttemptUnderWay, execution: number): AttemptUnderWay {
  if (attempt.execution === execution || attempt.execution === 0) return { ...attempt, execution };
  return { ...attempt, execution, hasText: false, toldCharacters: 0 };
}

/** Of two that tell of an attempt the one counts that has more of its text, in whatever order they come. */
function told(attempt: AttemptUnderWay, { checkpoint, progress }: HeartbeatDetails): AttemptUnderWay {
  const toldCharacters = checkpoint.offset + checkpoint.text.length;
  return toldCharacters < attempt.toldCharacters ? attempt : { ...attempt, progress, toldCharacters };
}

/** Text of the last attempt that came behind its end: its row tells of it, and a turn paused before it is none any more. */
function amended(state: GenerationState, lost: AttemptUnderWay, text: string): GenerationState {
  const pausedTurn = text === state.text ? state.pausedTurn : null;
  const now = { ...state, text, lost, pausedTurn };
  const last = state.attempts.at(-1);
  if (last === undefined || state.lastEnd === null) return now;
  const { plan, startedAt, progress } = lost;
  const known = { startedAt, endedAt: 0, keptCharacters: text.length, progress };
  const row = attemptRecord(plan, state.lastEnd, known);
  return { ...now, attempts: [...state.attempts.slice(0, -1), { ...row, endedAt: last.endedAt }] };
}

/**
 * A reset to before the first attempt takes that attempt out of the history, and brings its chunks anew. Only the first
 * one's, and only where it had no seam: of later ones nobody knows any more how they were joined.
 */
function salvage(state: GenerationState, attempt: number, details: HeartbeatDetails): GenerationState {
  const { checkpoint, progress } = details;
  const isFirst = attempt === 1 && state.attempts.length === 0;
  if (state.runId !== null || !isFirst || progress.seam !== null) return state;
  const text = placeCheckpoint(state.text, checkpoint, true);
  return text === null ? state : { ...state, text, simulated: state.simulated || progress.simulated };
}

function takeHandOver(state: GenerationState, handOver: HandOver): GenerationState {
  const { runId, attempt, execution, report } = handOver;
  if (state.runId !== null && state.runId !== runId) return state;
  const known = state.current ?? state.lost;
  if (known?.plan.number !== attempt || execution < known.execution) return state;
  const sender = inExecution(known, execution);
  if (state.current !== null) {
    // The server's word that it is ended is still to come, or was read in the same breath and comes second. Until then
    // the text stays as it is: a whole message may be shorter, and may not be believed.
    return { ...state, current: { ...sender, handedOver: report } };
  }
  if (state.lastEnd !== null && mayHandOver(state.lastEnd)) {
    return reported({ ...state, attempts: state.attempts.slice(0, -1), lost: null }, sender, report);
  }
  const { attempt: last, text } = heard(sender, state.text, report);
  return amended({ ...state, simulated: state.simulated || report.progress.simulated }, last, text);
}

function endedOverItsHead(
  state: GenerationState,
  current: AttemptUnderWay,
  { end, details, at }: Extract<GenerationEvent, { kind: 'attempt_ended' }>,
): GenerationState {
  if (current.handedOver !== null && mayHandOver(end)) return reported(state, current, current.handedOver);
  const beaten = heard(current, state.text, details);
  const { attempt: last, text } = heard(beaten.attempt, beaten.text, current.handedOver);
  const { progress } = last;
  return { ...ended(state, last, { end, text, progress, endedAt: at }), lost: last };
}

/** Nothing that is told of an attempt but by its own report makes a text shorter. */
function heard(
  attempt: AttemptUnderWay,
  text: string,
  word: HeartbeatDetails | null,
): { attempt: AttemptUnderWay; text: string } {
  const longer = word === null ? null : placeCheckpoint(text, word.checkpoint, attempt.hasText);
  if (word === null || longer === null) return { attempt, text };
  const hasText = attempt.hasText || longer !== text;
  return {
    attempt: { ...told(attempt, word), hasText },
    text: longer.length >= text.length ? longer : text,
  };
}

/** Whether an attempt that ended so was ended over its head while its worker may live, and hand its text over. */
export function mayHandOver(end: AttemptEnd): boolean {
  const endedByHand = end.outcome === 'connection_lost' && end.error.kind === ATTEMPT_FAILED;
  return end.outcome === 'worker_lost' || endedByHand;
}

function reported(
  state: GenerationState,
  current: AttemptUnderWay,
  { checkpoint, progress, end, endedAt }: AttemptReport,
): GenerationState {
  // Of a message that is whole the report is the last word: it may be shorter than what a cut took away.
  const hasText = current.hasText && end.outcome !== 'complete';
  const known = placeCheckpoint(state.text, checkpoint, hasText);
  const saidTo = checkpoint.offset + checkpoint.text.length;
  if (known === null || (end.outcome === 'complete' && known.length > saidTo)) {
    // A chunk that was acknowledged is gone, or one that the attempt never knew of came late, or somebody made the
    // report up. Its end is not that of the text which is kept, whatever it says of it.
    const message = `the attempt's report is of characters ${checkpoint.offset} to ${saidTo}, but ${state.text.length} are kept`;
    const lost: AttemptEnd = { outcome: 'connection_lost', error: { kind: 'text_mismatch', message } };
    return ended(state, current, { end: lost, text: state.text, progress, endedAt });
  }
  const text = end.outcome === 'complete' ? known.slice(0, end.textEndsAt) : known;
  return ended(state, current, { end, text, progress, endedAt });
}

function ended(
  state: GenerationState,
  { plan, startedAt, textBefore, pausedTurnBefore }: AttemptUnderWay,
  how: { end: AttemptEnd; text: string; progress: AttemptProgress | null; endedAt: number },
): GenerationState {
  const { end, text, progress, endedAt } = how;
  const record = attemptRecord(plan, end, { startedAt, endedAt, keptCharacters: text.length, progress });
  return {
    ...state,
    text,
    attempts: [...state.attempts, record],
    simulated: state.simulated || (progress?.simulated ?? false),
    current: null,
    lastEnd: end,
    pausedTurn: pausedTurnAfter(pausedTurnBefore, end, {
      wentOn: plan.pausedTurn && progress?.resume === 'prefill',
      grew: text !== textBefore,
    }),
  };
}

function pausedTurnAfter(
  before: readonly ContentBlock[] | null,
  end: AttemptEnd,
  { wentOn, grew }: { wentOn: boolean; grew: boolean },
): readonly ContentBlock[] | null {
  const paused = end.outcome === 'complete' ? end.pausedTurn : undefined;
  // A turn that went on and paused again is one turn.
  if (paused !== undefined) return [...(wentOn ? (before ?? []) : []), ...paused];
  return grew ? null : before;
}
