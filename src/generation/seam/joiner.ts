/**
 * Where a seam is joined: the state of one seam while a reply streams in, and what of the reply becomes text.
 *
 * Pure. `joinDelta` is fed each delta and answers what may be appended; `joinEnd` is asked when the message ended,
 * `joinNow` when the reply was held back for long enough or broke off. What a reply is, `judge.ts` decides.
 */
import type { Seam } from '../attempt.ts';
import { openFence } from '../markdown.ts';
import type { Evidence } from './evidence.ts';
import { prepareEvidence } from './evidence.ts';
import type { How } from './judge.ts';
import { judge } from './judge.ts';
import { findStraddle } from './stopSequence.ts';
import { likelyGap, provenGap } from './whiteSpace.ts';
import type { Wrapper } from './wrapping.ts';
import { closerMayBeginAt, isFence, withoutCloser } from './wrapping.ts';

/** What is known before the reply comes. */
export interface SeamTask {
  /** The text the model was asked to continue, cut. */
  cutText: string;
  /** The white space that was received directly after the cut text. */
  whiteSpace: string;
  /** The words it was asked to repeat; null for a prefill. */
  anchor: string | null;
  /** The question itself, of which nothing may get into the text; null for a prefill. */
  question: string | null;
  /** Whether a reply without the echo may be joined as it comes. */
  joinUnverified: boolean;
  stopSequences: readonly string[];
}

export type JoinState =
  /** Waiting for the echo. */
  | { kind: 'open'; task: SeamTask; evidence: Evidence; held: string }
  /** The seam is found; the reply's own leading white space is awaited. */
  | { kind: 'leading'; task: SeamTask; held: string; seam: Seam; wrapper: Wrapper | null }
  | { kind: 'flowing'; seam: Seam | null }
  /** Flows, but what may be the closer of something opened before the echo is held back. */
  | { kind: 'wrapped'; seam: Seam; wrapper: Wrapper; context: string; joined: string; held: string }
  /** A stop sequence straddles the seam: the text ends so many characters behind the cut, or before it (negative). */
  | { kind: 'stopped'; seam: Seam; at: number }
  | { kind: 'rejected'; reason: string };

/** The next state, and the text that may be appended now. */
export interface Joined {
  state: JoinState;
  append: string;
}

/** Characters of white space and marks that are held back: more of them are no gap and no closer. */
const MOST_HELD = 200;

/** Marks with which a heading, an item, a row or a fence may begin, and nothing behind them yet. */
const MARKS_ALONE = /^(?:#{1,6}|[-*+>|]|\d{1,9}[.)]?|`{1,3}|~{1,3}|["'“‘«(*_]+)$/;

/** A reply with no seam: the first attempt, or a restart. */
export const NO_SEAM: JoinState = { kind: 'flowing', seam: null };

/** Nothing was cut, white space included: what comes flows on. */
export const BEHIND_A_PAUSED_TURN: JoinState = {
  kind: 'flowing',
  seam: { kind: 'exact', trimmedCharacters: 0, verified: true, evidence: 'prefill' },
};

export function openSeam(task: SeamTask): JoinState {
  if (task.anchor !== null) {
    return { kind: 'open', task, evidence: prepareEvidence(task, task.anchor), held: '' };
  }
  const trimmedCharacters = task.whiteSpace.length;
  const seam: Seam = { kind: 'exact', trimmedCharacters, verified: true, evidence: 'prefill' };
  return { kind: 'leading', task, held: '', seam, wrapper: null };
}

export function joinDelta(state: JoinState, delta: string): Joined {
  switch (state.kind) {
    case 'open':
    case 'leading':
      return joinHeld(state, delta);
    case 'wrapped':
      return joinWrapped(state, delta);
    case 'flowing':
      return { state, append: delta };
    case 'stopped':
    case 'rejected':
      return { state, append: '' };
    default:
      return state satisfies never;
  }
}

/** The message ended by itself: the last state, and what was still held back. An end without an echo is no end. */
export function joinEnd(state: JoinState): Joined {
  switch (state.kind) {
    case 'open': {
      const { state: next, append } = settle(state, state.held, 'ended');
      return next.kind === 'open' ? { state: next, append } : withAppended(append, joinEnd(next));
    }
    case 'leading':
      return endLeading(state);
    case 'wrapped':
      return unwrapped(state);
    case 'flowing':
    case 'stopped':
    case 'rejected':
      return { state, append: '' };
    default:
      return state satisfies never;
  }
}

/** What was held back is decided by what there is, if that is enough. An echo that is not whole is never joined. */
export function joinNow(state: JoinState, how: 'overdue' | 'cut_short'): Joined {
  if (state.kind === 'wrapped') return unwrapped(state);
  if (state.kind !== 'open') return { state, append: '' };
  return settle(state, state.held, how);
}

/** The seam as far as it is decided. */
export function seamOf(state: JoinState): Seam | null {
  return state.kind === 'open' || state.kind === 'rejected' ? null : state.seam;
}

type Open = Extract<JoinState, { kind: 'open' }>;
type Leading = Extract<JoinState, { kind: 'leading' }>;
type Wrapped = Extract<JoinState, { kind: 'wrapped' }>;

/**
 * Character by character, so that nothing depends on how the reply was cut into deltas: what is decided by the first
 * hundred characters is decided before the hundred and first is looked at. It is bounded by what may be held back.
 */
function joinHeld(from: Open | Leading, delta: string): Joined {
  let state: JoinState = from;
  let append = '';
  for (let index = 0; index < delta.length; index += 1) {
    if (state.kind !== 'open' && state.kind !== 'leading') {
      const rest: Joined = joinDelta(state, delta.slice(index));
      return { state: rest.state, append: append + rest.append };
    }
    const next = step(state, state.held + delta.charAt(index));
    state = next.state;
    append += next.append;
  }
  return { state, append };
}

function step(state: Open | Leading, held: string): Joined {
  return state.kind === 'open' ? settle(state, held, 'streaming') : joinLeading(state, held);
}

function settle(state: Open, held: string, how: How): Joined {
  const { task } = state;
  const { evidence, verdict } = judge(state.evidence, held, how);
  switch (verdict.kind) {
    case 'wait':
      return { state: { ...state, evidence, held }, append: '' };
    case 'rejected':
      return { state: verdict, append: '' };
    case 'seam': {
      const { seam, wrapper } = verdict;
      return joinLeading(
        { kind: 'leading', task, held: '', seam, wrapper },
        held.slice(seam.trimmedCharacters),
      );
    }
    default:
      return verdict satisfies never;
  }
}

/** @param ended nothing more comes: what is there decides */
function joinLeading(state: Leading, held: string, ended = false): Joined {
  const { task, seam, wrapper } = state;
  const waiting: Joined = { state: { ...state, held }, append: '' };
  const text = held.trimStart();
  if (text === '') {
    if (held.length < MOST_HELD) return waiting;
    return { state: { kind: 'flowing', seam }, append: provenGap(task.whiteSpace, held) };
  }
  const plain = seam.kind === 'plain';
  // Whether a mark begins a heading or an item, the white space behind it tells.
  if (plain && !ended && MARKS_ALONE.test(text)) return waiting;
  const own = held.slice(0, held.length - text.length);
  const gap = plain ? likelyGap(task.cutText, task.whiteSpace, own, text) : provenGap(task.whiteSpace, own);
  const straddle = findStraddle(task, gap + text);
  if (straddle.kind === 'partial' && !ended) return waiting;
  if (straddle.kind === 'found') {
    return { state: { kind: 'stopped', seam, at: straddle.at }, append: '' };
  }
  if (wrapper === null) return { state: { kind: 'flowing', seam }, append: gap + text };
  const context = isFence(wrapper.opener) ? openFenceLine(task.cutText) : lastParagraphOf(task.cutText);
  return joinWrapped({ kind: 'wrapped', seam, wrapper, context, joined: '', held: '' }, gap + text);
}

function openFenceLine(text: string): string {
  const marks = openFence(text);
  return marks === null ? '' : `${marks}\n`;
}

function lastParagraphOf(text: string): string {
  return text.slice(text.lastIndexOf('\n\n') + 1);
}

function joinWrapped(state: Wrapped, delta: string): Joined {
  const text = state.held + delta;
  const closerAt = Math.max(closerMayBeginAt(state.wrapper, text), text.length - MOST_HELD);
  const append = text.slice(0, closerAt);
  return { state: { ...state, joined: state.joined + append, held: text.slice(closerAt) }, append };
}

/** Nothing more comes: what was held back is text, but for the wrapper's closer. */
function unwrapped({ seam, wrapper, context, joined, held }: Wrapped): Joined {
  return { state: { kind: 'flowing', seam }, append: withoutCloser(wrapper, context, joined, held) };
}

function endLeading(state: Leading): Joined {
  const { seam, held } = state;
  if (held.trimStart() !== '') {
    const joined = joinLeading(state, held, true);
    return joined.state.kind === 'wrapped' ? withAppended(joined.append, joinEnd(joined.state)) : joined;
  }
  // Only the whole echo and then the end says that nothing is missing; white space adds nothing to a whole text.
  if (seam.kind === 'overlap' || seam.evidence === 'echo_repaired')
    return rejected('the message ended without the echo that was asked for');
  return { state: { kind: 'flowing', seam }, append: '' };
}

function withAppended(append: string, { state, append: more }: Joined): Joined {
  return { state, append: append + more };
}

function rejected(reason: string): Joined {
  return { state: { kind: 'rejected', reason }, append: '' };
}
