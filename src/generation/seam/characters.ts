/** What counts as the same character when a model repeats words: it may set quotes, dashes and white space anew. */

const SAME_AS: ReadonlyMap<string, string> = new Map(
  Object.entries({ "'": '‘’‚‛′`´', '"': '“”„‟″«»', '-': '‐‑‒–—―−' }).flatMap(([plain, variants]) =>
    Array.from(variants, (variant) => [variant, plain] as const),
  ),
);

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts written without spaces: there a letter beside a letter says nothing about words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export function isWhiteSpace(character: string): boolean {
  return character.trim() === '';
}

export function hasUnspacedScript(text: string): boolean {
  return UNSPACED.test(text);
}

/** Whether the two pieces of text, put side by side, run into one word. */
export function runTogether(before: string, after: string): boolean {
  const last = before.at(-1) ?? '';
  const first = after.at(0) ?? '';
  return WORD_CHARACTER.test(last) && WORD_CHARACTER.test(first) && !UNSPACED.test(last + first);
}

function sameCharacter(one: string, other: string): boolean {
  return one === other || (SAME_AS.get(one) ?? one) === (SAME_AS.get(other) ?? other);
}

export type Match =
  | { kind: 'full'; end: number }
  /** The text ended while everything was alike so far. */
  | { kind: 'partial' }
  | { kind: 'no' };

const LETTER = /^\P{M}\p{M}*/u;
const MOST_LETTER_CHARACTERS = 8;

const NO: Match = { kind: 'no' };
const PARTIAL: Match = { kind: 'partial' };
const ELLIPSIS = '...';

/** Matches words at a place of a text, up to the look of quotes, dashes and ellipses and the amount of white space. */
export function matchWords(words: string, text: string, from: number): Match {
  let at = from;
  let index = 0;
  while (index < words.length) {
    if (at >= text.length) return PARTIAL;
    const wanted = words.charAt(index);
    const found = text.charAt(at);
    if (isWhiteSpace(wanted)) {
      if (!isWhiteSpace(found)) return NO;
      index = afterWhiteSpace(words, index);
      at = afterWhiteSpace(text, at);
    } else if (wanted === '…' && found === '.') {
      const dots = text.slice(at, at + ELLIPSIS.length);
      if (dots !== ELLIPSIS)
        return ELLIPSIS.startsWith(dots) && at + dots.length === text.length ? PARTIAL : NO;
      index += 1;
      at += ELLIPSIS.length;
    } else if (found === '…' && words.startsWith(ELLIPSIS, index)) {
      index += ELLIPSIS.length;
      at += 1;
    } else if (sameCharacter(wanted, found)) {
      index += 1;
      at += 1;
    } else {
      const letter = letterAt(words, index);
      const other = letterAt(text, at);
      if (!sameLetter(letter, other)) {
        const mayGrow =
          at + other.length === text.length && letter.normalize('NFD').startsWith(other.normalize('NFD'));
        return mayGrow ? PARTIAL : NO;
      }
      index += letter.length;
      at += other.length;
    }
  }
  return { kind: 'full', end: at };
}

/** A letter with its accents, which may be one character or several. */
function letterAt(text: string, at: number): string {
  return LETTER.exec(text.slice(at, at + MOST_LETTER_CHARACTERS))?.[0] ?? text.charAt(at);
}

function sameLetter(one: string, other: string): boolean {
  return one !== '' && one.normalize('NFC') === other.normalize('NFC');
}

export function afterWhiteSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWhiteSpace(text.charAt(at))) at += 1;
  return at;
}
