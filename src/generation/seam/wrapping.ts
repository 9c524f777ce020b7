/**
 * What a model may wrap its echo in: quotes, emphasis, the question's own tags, a code fence. The opener directly
 * before the echo goes, and takes its closer along, wherever that stands.
 */

/** Something opened before the echo whose closer did not come directly after it. */
export interface Wrapper {
  opener: string;
  closer: string;
}

export interface Opener {
  /** Characters from the place it was looked for at, white space behind a fence's line included. */
  length: number;
  /** Null where nothing closes it: an ellipsis, a block quote's mark. */
  wrapper: Wrapper | null;
  fence: boolean;
}

export type OpenerSearch = { kind: 'found'; opener: Opener } | { kind: 'partial' } | { kind: 'none' };

const TAG: Wrapper = { opener: '<last_words>', closer: '</last_words>' };
const PAIRS: readonly Wrapper[] = [
  TAG,
  ...['***', '**', '__', '*', '_', '`', '"', "'"].map((mark) => ({ opener: mark, closer: mark })),
  ...['“”', '„“', '‘’', '«»', '「」', '『』', '‹›'].map((pair) => ({
    opener: pair.charAt(0),
    closer: pair.charAt(1),
  })),
];
const BARE_OPENERS = ['...', '…', '> '];
const FENCE_LINE = /^(`{3,}|~{3,})[^\n`]*\n/;
const FENCE_BEGINNING = /^(?:`{3,}|~{3,})[^\n`]*$/;

export function findOpener(text: string, from: number): OpenerSearch {
  const rest = text.slice(from);
  const fence = FENCE_LINE.exec(rest);
  if (fence?.[1] !== undefined) {
    const wrapper = { opener: fence[1], closer: fence[1] };
    return { kind: 'found', opener: { length: fence[0].length, wrapper, fence: true } };
  }
  if (FENCE_BEGINNING.test(rest)) return { kind: 'partial' };
  for (const bare of BARE_OPENERS) {
    if (rest.startsWith(bare))
      return { kind: 'found', opener: { length: bare.length, wrapper: null, fence: false } };
  }
  for (const wrapper of PAIRS) {
    const { length } = wrapper.opener;
    if (rest.startsWith(wrapper.opener)) {
      return { kind: 'found', opener: { length, wrapper, fence: false } };
    }
  }
  const mayBecome = [...BARE_OPENERS, TAG.opener].some((opener) => opener.startsWith(rest));
  return rest !== '' && mayBecome ? { kind: 'partial' } : { kind: 'none' };
}

export type CloserSearch = { kind: 'found'; end: number } | { kind: 'partial' } | { kind: 'none' };

/** The closers of openers (outermost first), directly at a place of the text. */
export function findClosers(wrappers: readonly Wrapper[], text: string, from: number): CloserSearch {
  const closers = wrappers
    .map(({ closer }) => closer)
    .toReversed()
    .join('');
  const rest = text.slice(from, from + closers.length);
  if (rest !== closers)
    return closers.startsWith(rest) && from + rest.length === text.length
      ? { kind: 'partial' }
      : { kind: 'none' };
  const end = from + closers.length;
  if (!/['’]$/.test(closers)) return { kind: 'found', end };
  // An apostrophe inside a word closes nothing: 'the dog's tail'.
  if (end === text.length) return { kind: 'partial' };
  return /\p{L}/u.test(text.charAt(end)) ? { kind: 'none' } : { kind: 'found', end };
}

/** Where the end of a text that grows begins which might yet be the closer: nothing but its marks and white space. */
export function closerMayBeginAt(wrapper: Wrapper, text: string): number {
  let at = text.length;
  while (at > 0) {
    const character = text.charAt(at - 1);
    if (character.trim() !== '' && !wrapper.closer.includes(character)) break;
    at -= 1;
  }
  return at;
}

/**
 * Whether the marks that a message ended with close the wrapper, and not something that the text itself opened.
 * @param context the paragraph that was open at the cut
 * @param continuation what the reply went on with, without `ending`
 */
export function closesWrapper(
  { opener, closer }: Wrapper,
  context: string,
  continuation: string,
  ending: string,
): boolean {
  if (ending.trim() !== closer) return false;
  if (/^[`~]{3}/.test(opener)) return fenceLines(continuation) % 2 === 0 && /^\s*\n/.test(ending);
  const text = context + continuation;
  if (opener === closer) return occurrences(text, closer) % 2 === 0;
  return occurrences(text, closer) >= occurrences(text, opener);
}

function occurrences(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

function fenceLines(text: string): number {
  return text.match(/^ {0,3}(?:`{3,}|~{3,})/gm)?.length ?? 0;
}
