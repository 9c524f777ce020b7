/**
 * What a model may wrap its echo in: quotes, emphasis, the question's own tags, a code fence. The opener directly
 * before the echo goes, and takes its closer along where that stands directly behind the echo, or ends the message.
 */

import { afterWhiteSpace } from './characters.ts';

/** Something opened before the echo whose closer did not come directly after it. */
export interface Wrapper {
  opener: string;
  closer: string;
}

export interface Opener {
  /** Characters. */
  length: number;
  /** Null where nothing closes it: an ellipsis, a block quote's mark. */
  wrapper: Wrapper | null;
  fence: boolean;
}

export interface OpenerSearch {
  /** Each that may be meant: of `***`, one mark, two or three may be the wrapper's, and the rest the words' own. */
  openers: readonly Opener[];
  /** Whether more of the text may show another. */
  mayCome: boolean;
}

const TAG: Wrapper = { opener: '<last_words>', closer: '</last_words>' };
/** The question's own tags around the text, where it quotes that: a model may close them, having opened none. */
export const QUOTED_TEXT: Wrapper = { opener: '<partial>', closer: '</partial>' };
const PAIRS: readonly Wrapper[] = [
  TAG,
  ...['***', '**', '__', '*', '_', '`', '"', "'"].map((mark) => ({ opener: mark, closer: mark })),
  ...['“”', '„“', '‘’', '«»', '「」', '『』', '‹›'].map((pair) => ({
    opener: pair.charAt(0),
    closer: pair.charAt(1),
  })),
];
const BARE_OPENERS = ['...', '…', '> '];
const FENCE_LINE = /^(`{3,}|~{3,})[^\n`]{0,100}\n/;
const FENCE_BEGINNING = /^(?:`{3,}|~{3,})[^\n`]{0,100}$/;

export function findOpeners(text: string, from: number): OpenerSearch {
  const rest = text.slice(from);
  const fence = FENCE_LINE.exec(rest);
  if (fence?.[1] !== undefined) {
    const wrapper = { opener: fence[1], closer: fence[1] };
    return { openers: [{ length: fence[0].length, wrapper, fence: true }], mayCome: false };
  }
  if (FENCE_BEGINNING.test(rest)) return { openers: [], mayCome: true };
  const bare = BARE_OPENERS.filter((opener) => rest.startsWith(opener)).map(({ length }): Opener => ({
    length,
    wrapper: null,
    fence: false,
  }));
  const pairs = PAIRS.filter(({ opener }) => rest.startsWith(opener)).map((wrapper): Opener => ({
    length: wrapper.opener.length,
    wrapper,
    fence: false,
  }));
  const mayCome = rest !== '' && [...BARE_OPENERS, TAG.opener].some((opener) => opener.startsWith(rest));
  return { openers: [...bare, ...pairs], mayCome };
}

export type CloserSearch = { kind: 'found'; end: number } | { kind: 'partial' } | { kind: 'none' };

/** The closers of openers (outermost first), directly at a place of the text. */
export function findClosers(wrappers: readonly Wrapper[], text: string, from: number): CloserSearch {
  const closers = wrappers
    .map(({ closer }) => closer)
    .toReversed()
    .join('');
  // A fence's closer stands on a line of its own, a tag's may; French puts a space before its quotes' closer.
  const start = /^(?:[`~]{3}|<|»)/.test(closers) ? afterWhiteSpace(text, from) : from;
  const rest = text.slice(start, start + closers.length);
  if (rest !== closers)
    return closers.startsWith(rest) && start + rest.length === text.length
      ? { kind: 'partial' }
      : { kind: 'none' };
  const end = start + closers.length;
  if (isFence(closers)) {
    // With words behind them the marks open a fence of the text's own.
    const behind = /^[ \t]*(?:\n|$)/.exec(text.slice(end));
    if (behind === null) return { kind: 'none' };
    if (!behind[0].endsWith('\n')) return { kind: 'partial' };
  }
  if (!/['’]$/.test(closers)) return { kind: 'found', end };
  // An apostrophe inside a word closes nothing: 'the dog's tail'.
  if (end === text.length) return { kind: 'partial' };
  return /\p{L}/u.test(text.charAt(end)) ? { kind: 'none' } : { kind: 'found', end };
}

/** A closer of the question's tags behind the echo, with no opener before it. */
export function findStrayTag(text: string, from: number): CloserSearch {
  const searches = [TAG, QUOTED_TEXT].map((tag) => findClosers([tag], text, from));
  const found = searches.find(({ kind }) => kind === 'found');
  const bare = text.slice(from).trim() === '';
  return (
    found ??
    (!bare && searches.some(({ kind }) => kind === 'partial') ? { kind: 'partial' } : { kind: 'none' })
  );
}

/**
 * Where the end of a text that grows begins which might yet be the closer: white space, as much of the closer as is
 * there, and white space again behind a whole one. No more than that is held back: `part` is no beginning of
 * `</partial>`, though it has its letters.
 */
export function closerMayBeginAt({ closer }: Wrapper, text: string): number {
  const end = text.trimEnd();
  const characters = end.endsWith(closer) ? closer.length : end === text ? sharedLength(end, closer) : 0;
  return end.slice(0, end.length - characters).trimEnd().length;
}

/** How much of the closer's beginning a text ends with. */
function sharedLength(text: string, closer: string): number {
  let length = closer.length - 1;
  while (length > 0 && !text.endsWith(closer.slice(0, length))) length -= 1;
  return length;
}

/**
 * The end of a message without the wrapper's closer, where its last marks are that, and do not close something that the
 * text itself opened.
 *
 * @param context what was open at the cut: the paragraph, or the line of a fence
 * @param continuation what the reply went on with, without `ending`
 * @param ending marks and white space
 */
export function withoutCloser(
  { opener, closer }: Wrapper,
  context: string,
  continuation: string,
  ending: string,
): string {
  const marks = ending.trimEnd();
  // Emphasis, code and apostrophes stand in every text, and nobody can tell whose closer is whose.
  if (!marks.endsWith(closer) || /^[*_`']{1,2}$|^\*{3}$/.test(closer)) return ending;
  const before = marks.slice(0, -closer.length);
  const text = context + continuation + before;
  if (isFence(opener)) {
    const isLine = /\n[ \t]*$/.test(before);
    return isLine && fenceLines(text) % 2 === 0 ? before.trimEnd() : ending;
  }
  const closesIt =
    opener === closer
      ? occurrences(text, closer) % 2 === 0
      : occurrences(text, closer) >= occurrences(text, opener);
  return closesIt ? before : ending;
}

export function isFence(opener: string): boolean {
  return /^[`~]{3}/.test(opener);
}

function occurrences(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

function fenceLines(text: string): number {
  return text.match(/^ {0,3}(?:`{3,}|~{3,})/gm)?.length ?? 0;
}
