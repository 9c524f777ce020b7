/** Finds the echo: the anchor's words at a place of the reply, with what the model may have wrapped them in. */
import { afterWhiteSpace, matchWords } from './characters.ts';
import type { Wrapper } from './wrapping.ts';
import { findClosers, findOpener } from './wrapping.ts';

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
  const wrappers: Wrapper[] = [];
  let at = afterWhiteSpace(reply, from);
  for (let openers = 0; openers <= MOST_OPENERS; openers += 1) {
    const match = matchWords(anchor, reply, at);
    if (match.kind === 'full') return withClosers(reply, match.end, wrappers, ended);
    const opener = findOpener(reply, at);
    if (opener.kind !== 'found') {
      const mayCome = match.kind === 'partial' || opener.kind === 'partial';
      return mayCome && !ended ? { kind: 'partial' } : { kind: 'none' };
    }
    // An opener the anchor itself begins with: `"No," he said` may be the anchor, or a quoted one.
    if (match.kind === 'partial' && !ended) return { kind: 'partial' };
    const { wrapper, fence, length } = opener.opener;
    // A fence opened again inside a fence: the reply's closer closes the one that the text has open.
    if (wrapper !== null && !(fence && insideFence)) wrappers.push(wrapper);
    at = afterWhiteSpace(reply, at + length);
  }
  return { kind: 'none' };
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
