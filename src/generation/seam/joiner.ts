/**
 * Where a seam is joined: the state of one seam while a reply streams in, and what of the reply becomes text.
 *
 * Pure. `joinDelta` is fed each delta and answers what may be appended; `joinEnd` is asked when the message ended.
 * The reply is held back only while the seam is open, and that is bounded by the anchor's length.
 */
import type { Seam } from '../attempt.ts';
import { looksUseless } from './uselessReply.ts';

/** What is known before the reply comes. */
export interface SeamTask {
  /** The text the model was asked to continue, cut. */
  cutText: string;
  /** The white space that was received directly after the cut text. */
  whiteSpace: string;
  /** The words it was asked to repeat; null for a prefill. */
  anchor: string | null;
  /** Whether a reply without the echo may be joined as it comes. */
  joinUnverified: boolean;
}

export type JoinState =
  /** Waiting for the echo. `plain`: the echo did not come; waiting until the reply is known to be no restart. */
  | { kind: 'open'; task: SeamTask; held: string; plain: boolean }
  /** The seam is found; the reply's own leading white space is awaited. */
  | { kind: 'leading'; task: SeamTask; held: string; seam: Seam }
  | { kind: 'flowing'; seam: Seam | null }
  | { kind: 'rejected'; reason: string };

/** The next state, and the text that may be appended now. */
export interface Joined {
  state: JoinState;
  append: string;
}

/** So many characters alike at the beginning are no chance: the reply is the text from its top. */
const RESTART_PROOF = 40;

/** A reply with no seam: the first attempt, or a restart. */
export const NO_SEAM: JoinState = { kind: 'flowing', seam: null };

export function openSeam(task: SeamTask): JoinState {
  if (task.anchor !== null) return { kind: 'open', task, held: '', plain: false };
  const seam: Seam = { kind: 'exact', trimmedCharacters: task.whiteSpace.length, verified: true };
  return { kind: 'leading', task, held: '', seam };
}

export function joinDelta(state: JoinState, delta: string): Joined {
  switch (state.kind) {
    case 'open':
      return findEcho(state, state.held + delta);
    case 'leading':
      return joinLeading(state, state.held + delta);
    case 'flowing':
      return { state, append: delta };
    case 'rejected':
      return { state, append: '' };
    default:
      return state satisfies never;
  }
}

/** The message ended: the last state, and what was still held back. An end without an echo is never an end. */
export function joinEnd(state: JoinState): Joined {
  switch (state.kind) {
    case 'open':
      if (!state.plain) return rejected('the message ended without the echo that was asked for');
      if (looksUseless(state.held)) return rejected('the reply does not go on with the text');
      return joinLeading(plainSeam(state), state.held);
    case 'leading':
      // After a verified echo nothing more need come; white space alone adds nothing to a whole text.
      if (state.seam.kind === 'plain') return rejected('the message ended without any text');
      return { state: { kind: 'flowing', seam: state.seam }, append: '' };
    case 'flowing':
    case 'rejected':
      return { state, append: '' };
    default:
      return state satisfies never;
  }
}

/** The seam as far as it is decided. */
export function seamOf(state: JoinState): Seam | null {
  return state.kind === 'leading' || state.kind === 'flowing' ? state.seam : null;
}

type Open = Extract<JoinState, { kind: 'open' }>;
type Leading = Extract<JoinState, { kind: 'leading' }>;

function findEcho(state: Open, held: string): Joined {
  const anchor = state.task.anchor ?? '';
  const reply = held.trimStart();
  if (!state.plain) {
    if (reply.startsWith(anchor)) {
      const echo = held.length - reply.length + anchor.length;
      const seam: Seam = { kind: 'anchor', trimmedCharacters: echo, verified: true };
      return joinLeading({ kind: 'leading', task: state.task, held: '', seam }, held.slice(echo));
    }
    if (anchor.startsWith(reply)) return { state: { ...state, held }, append: '' };
  }
  if (!state.task.joinUnverified)
    return rejected('the reply does not begin with the echo that was asked for');

  if (reply.length < RESTART_PROOF) return { state: { ...state, held, plain: true }, append: '' };
  if (state.task.cutText.trimStart().startsWith(reply.slice(0, RESTART_PROOF))) {
    return rejected('the reply begins the text again from the top');
  }
  if (looksUseless(reply)) return rejected('the reply does not go on with the text');
  return joinLeading(plainSeam(state), held);
}

function plainSeam(state: Open): Leading {
  const seam: Seam = { kind: 'plain', trimmedCharacters: 0, verified: false };
  return { kind: 'leading', task: state.task, held: '', seam };
}

/** The join has the white space that was received, in place of the reply's own, unless that begins with it. */
function joinLeading(state: Leading, held: string): Joined {
  const text = held.trimStart();
  if (text === '') return { state: { ...state, held }, append: '' };
  const own = held.slice(0, held.length - text.length);
  const between = own.startsWith(state.task.whiteSpace) ? own : state.task.whiteSpace;
  return { state: { kind: 'flowing', seam: state.seam }, append: between + text };
}

function rejected(reason: string): Joined {
  return { state: { kind: 'rejected', reason }, append: '' };
}
