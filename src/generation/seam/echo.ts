/** Finds the echo: the anchor's words at a place of the reply, with what the model may have wrapped them in. */
import { afterWhiteSpace, matchWords } from './characters.ts';
import type { Wrapper } from './wrapping.ts';
import { findClosers, findOpeners } from './wrapping.ts';

export interface Echo {
  /** Everything up to here goes: openers, the words, and closers directly behind them. */
  end: number;
  /** Where the words themselves ended. */
  wordsEnd: number;
  /** Opened before the echo and not closed directly after it; the outermost. */
  wrapper: Wrapper | null;
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

function behindOpeners(search: Search, from: number, wrappers: readonly (Wrapper | null)[]): EchoSearch {
  const { reply, anchor, ended, insideFence } = search;
  const at = afterWhiteSpace(reply, from);
  const match = matchWords(anchor, reply, at);
  if (match.kind === 'full') {
    const closed = wrappers.filter((wrapper) => wrapper !== null);
    return withClosers(reply, match.end, closed, ended);
  }
  const { openers, mayCome } = findOpeners(reply, at);
  let partial = match.kind === 'partial' || mayCome;
  for (const { length, wrapper, fence } of wrappers.length < MOST_OPENERS ? openers : []) {
    // A fence opened again inside a fence: the reply's closer closes the one that the text has open.
    const kept = fence && insideFence ? null : wrapper;
    const found = behindOpeners(search, at + length, [...wrappers, kept]);
    // An opener the anchor itself begins with: `"No," he said` may be the anchor, or a quoted one.
    if (found.kind === 'found' && (match.kind === 'no' || ended)) return found;
    if (found.kind === 'partial') partial = true;
  }
  return partial && !ended ? { kind: 'partial' } : { kind: 'none' };
}

function withClosers(
  reply: string,
  wordsEnd: number,
  wrappers: readonly Wrapper[],
  ended: boolean,
): EchoSearch {
  if (wrappers.length === 0) return found(wordsEnd, wordsEnd, null);
  const closers = findClosers(wrappers, reply, wordsEnd);
  if (closers.kind === 'found') return found(closers.end, wordsEnd, null);
  if (closers.kind === 'partial' && !ended) return { kind: 'partial' };
  return found(wordsEnd, wordsEnd, wrappers[0] ?? null);
}

function found(end: number, wordsEnd: number, wrapper: Wrapper | null): EchoSearch {
  return { kind: 'found', echo: { end, wordsEnd, wrapper } };
}
