/** Finds the echo: the anchor's words at a place of the reply, with what the model may have wrapped them in. */
import { afterWhiteSpace, matchWords } from './characters.ts';
import type { Opener, Wrapper } from './wrapping.ts';
import { findClosers, findOpeners, findStrayTag } from './wrapping.ts';

export interface Echo {
  /** Everything up to here goes: openers, the words, and closers directly behind them. */
  end: number;
  /** Where the words themselves ended. */
  wordsEnd: number;
  /** Opened before the echo and not closed directly after it; the outermost. */
  wrapper: Wrapper | null;
  /** Whether nothing was opened before the words. */
  bare: boolean;
  /** Whether a fence is closed directly behind the words, and nobody can say if it is the text's or the echo's own. */
  closesOneOfTwo: boolean;
}

export type EchoSearch =
  | { kind: 'found'; echo: Echo }
  /** Everything is alike so far, but the reply is not long enough to tell. */
  | { kind: 'partial' }
  | { kind: 'none' };

const MOST_OPENERS = 3;

/**
 * @param anchor the words that were asked for
 * @param ended nothing more comes: what is there decides
 */
export function findEchoAt(
  reply: string,
  from: number,
  anchor: string,
  ended: boolean,
  insideFence: boolean,
): EchoSearch {
  return behindOpeners({ reply, anchor, ended, insideFence }, from, []);
}

interface Search {
  reply: string;
  anchor: string;
  ended: boolean;
  insideFence: boolean;
}

function behindOpeners(search: Search, from: number, opened: readonly Opener[]): EchoSearch {
  const { reply, anchor, ended } = search;
  const at = afterWhiteSpace(reply, from);
  const match = matchWords(anchor, reply, at);
  if (match.kind === 'full') return withClosers(search, match.end, opened);
  const { openers, mayCome } = findOpeners(reply, at);
  let partial = match.kind === 'partial' || mayCome;
  for (const opener of opened.length < MOST_OPENERS ? openers : []) {
    const found = behindOpeners(search, at + opener.length, [...opened, opener]);
    // An opener the anchor itself begins with: `"No," he said` may be the anchor, or a quoted one.
    if (found.kind === 'found' && (match.kind === 'no' || ended)) return found;
    if (found.kind === 'partial') partial = true;
  }
  return partial && !ended ? { kind: 'partial' } : { kind: 'none' };
}

function withClosers(
  { reply, ended, insideFence }: Search,
  wordsEnd: number,
  opened: readonly Opener[],
): EchoSearch {
  const bare = opened.length === 0;
  const found = (end: number, wrapper: Wrapper | null, closesOneOfTwo = false): EchoSearch => ({
    kind: 'found',
    echo: { end, wordsEnd, wrapper, bare, closesOneOfTwo },
  });
  const wrappers = opened.flatMap(({ wrapper }) => (wrapper === null ? [] : [wrapper]));
  if (wrappers.length === 0) {
    const tag = findStrayTag(reply, wordsEnd);
    if (tag.kind === 'partial' && !ended) return { kind: 'partial' };
    return found(tag.kind === 'found' ? tag.end : wordsEnd, null);
  }
  if (insideFence && opened.some(({ fence }) => fence)) {
    const closed = findClosers(wrappers, reply, wordsEnd);
    if (closed.kind === 'partial' && !ended) return { kind: 'partial' };
    return found(wordsEnd, wrappers[0] ?? null, closed.kind === 'found');
  }
  const closers = findClosers(wrappers, reply, wordsEnd);
  if (closers.kind === 'found') return found(closers.end, null);
  if (closers.kind === 'partial' && !ended) return { kind: 'partial' };
  return found(wordsEnd, wrappers[0] ?? null);
}
