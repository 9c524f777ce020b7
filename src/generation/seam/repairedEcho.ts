/**
 * The echo with a spelling mistake repaired: `I recieved the letter` comes back as `I received the letter`.
 *
 * Strict, because a text may go on with a variation of its own last words (a refrain, the next row of a table), and
 * taking that for an echo would delete it. So word by word: each word of the anchor's end is there, and the few that
 * differ differ as a misspelling does, never in a digit and never by another first letter.
 */
import { afterWhiteSpace, hasUnspacedScript, isWhiteSpace, matchWords } from './characters.ts';

const FEWEST_WORDS = 5;
const FEWEST_CHARACTERS = 20;
/** In scripts without spaces, where there are no words to count. */
const FEWEST_UNSPACED_CHARACTERS = 16;
const MOST_EDITS_SHARE = 0.15;
const MOST_EDITS_A_WORD = 2;

/** From this length on the reply shows whether it begins with the anchor, repaired. */
export function repairShowsAfter(anchor: string): number {
  return Math.ceil(anchor.length * (1 + MOST_EDITS_SHARE)) + 24;
}

/**
 * @param reply without leading white space
 * @param repeatsItself whether the text is one of rows or code: then only a slip of the pen counts, and only one
 * @returns where the repaired echo ends; null where there is none
 */
export function findRepairedEcho(anchor: string, reply: string, repeatsItself: boolean): number | null {
  const wanted = wordsOf(anchor);
  if (wanted.length < FEWEST_WORDS && hasUnspacedScript(anchor)) return repairedWithoutSpaces(anchor, reply);
  if (repeatsItself) return wanted.length < FEWEST_WORDS ? null : repairedEnd(wanted, reply, true);
  for (let skipped = 0; wanted.length - skipped >= FEWEST_WORDS; skipped += 1) {
    const words = wanted.slice(skipped);
    if (anchor.length - (words[0]?.start ?? 0) < FEWEST_CHARACTERS) break;
    const end = repairedEnd(words, reply, false);
    if (end !== null) return end;
  }
  return null;
}

interface Word {
  text: string;
  start: number;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], start: match.index }));
}

function repairedEnd(wanted: readonly Word[], reply: string, slipOnly: boolean): number | null {
  let at = 0;
  let edits = 0;
  let characters = 0;
  for (const [index, { text }] of wanted.entries()) {
    at = afterWhiteSpace(reply, at);
    const last = index === wanted.length - 1;
    const found = wordAt(reply, at);
    if (found === '') return null;
    // What follows the last word directly (a comma) belongs to the continuation.
    const compared = last ? found.slice(0, found.length - trailingMarks(found, text)) : found;
    const needed = slipOnly ? slipOfAWord(text, compared) : editsOfAWord(text, compared);
    if (needed === null) return null;
    edits += needed;
    characters += text.length;
    at += last ? compared.length : found.length;
  }
  // Without any edit it is no repaired echo, but an exact one that was looked for elsewhere.
  return edits > 0 && edits <= (slipOnly ? 1 : characters * MOST_EDITS_SHARE) ? at : null;
}

function wordAt(text: string, from: number): string {
  let end = from;
  while (end < text.length && !isWhiteSpace(text.charAt(end))) end += 1;
  return text.slice(from, end);
}

/** How many of the marks at a word's end the other word does not end with. */
function trailingMarks(word: string, other: string): number {
  const marks = /[^\p{L}\p{N}\p{M}]*$/u;
  const own = marks.exec(word)?.[0] ?? '';
  const others = marks.exec(other)?.[0] ?? '';
  return own.startsWith(others) ? own.length - others.length : 0;
}

/** @returns how many edits make one word the other; null where that is no repair of a spelling */
function editsOfAWord(wanted: string, found: string): number | null {
  if (isAlike(wanted, found)) return 0;
  if (digitsOf(wanted) !== digitsOf(found)) return null;
  // A first character written twice is a slip, also where it is a mark (`##` for `#`).
  if (found === wanted.charAt(0) + wanted) return 1;
  if (marksOf(wanted) !== marksOf(found)) return null;
  if (spelledOut(wanted) === spelledOut(found)) return 1;
  const edits = editDistance(wanted, found);
  const transposedStart = wanted.charAt(0) === found.charAt(1) && wanted.charAt(1) === found.charAt(0);
  const sameStart = baseLetter(wanted) === baseLetter(found);
  if (!sameStart && !transposedStart) return null;
  return edits <= Math.min(MOST_EDITS_A_WORD, Math.max(1, wanted.length / 3)) ? edits : null;
}

/** Two neighbouring letters that changed places, or one that is written twice: no row differs from another by that. */
function slipOfAWord(wanted: string, found: string): number | null {
  if (isAlike(wanted, found)) return 0;
  if (digitsOf(wanted) !== digitsOf(found) || editDistance(wanted, found) !== 1) return null;
  if (wanted.length === found.length) return sorted(wanted) === sorted(found) ? 1 : null;
  const longer = wanted.length > found.length ? wanted : found;
  return /(.)\1/u.test(longer) ? 1 : null;
}

/** As German is written where its own letters are out of reach: `fuer`, `dass`. */
function spelledOut(word: string): string {
  return word.replace(/ß/g, 'ss').replace(/[äöü]/g, (letter) => `${letter.normalize('NFD').charAt(0)}e`);
}

/** The first letter without its accents and in lower case. */
function baseLetter(word: string): string {
  return word.normalize('NFD').charAt(0).toLowerCase();
}

/** `it,` and `it!` are no two spellings of a word; `its` and `it's` may be. */
function marksOf(word: string): string {
  return word.replace(/[\p{L}\p{N}\p{M}\p{Cf}'’]/gu, '');
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** A doubled or missing character, or two that changed places; another character in its place is another text. */
function repairedWithoutSpaces(anchor: string, reply: string): number | null {
  if (anchor.length < FEWEST_UNSPACED_CHARACTERS) return null;
  const ends = [anchor.length - 1, anchor.length, anchor.length + 1].filter(
    (end) =>
      end <= reply.length &&
      reply.slice(end - 2, end) === anchor.slice(-2) &&
      editDistance(anchor, reply.slice(0, end)) === 1 &&
      (end !== anchor.length || sorted(reply.slice(0, end)) === sorted(anchor)),
  );
  return ends.length === 1 ? (ends[0] ?? null) : null;
}

function sorted(text: string): string {
  return Array.from(text).toSorted().join('');
}

function isAlike(one: string, other: string): boolean {
  const match = matchWords(one, other, 0);
  return match.kind === 'full' && match.end === other.length;
}

/** Insertions, deletions, substitutions, and neighbours that change places, one each. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one.charAt(row - 1) === other.charAt(column - 1) ? 0 : 1;
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      );
      const changedPlaces =
        row > 1 &&
        column > 1 &&
        one.charAt(row - 1) === other.charAt(column - 2) &&
        one.charAt(row - 2) === other.charAt(column - 1);
      if (changedPlaces) least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
