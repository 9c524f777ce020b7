/** The ways an anchor comes back otherwise than it was. Pure. */
import { cutAfter } from './characters.ts';

/** So much of the text before an anchor is searched for sentences. */
const SEARCHED_CHARACTERS = 2_000;

/** After these a sentence or a line begins: a mark and white space, a full-width mark, a line's end. */
const SENTENCE_OR_LINE_END = /(?:[.!?؟…](?=\s)|[。！？]|\n)\s*/gu;

/** The second half. */
export function halfOf(anchor: string): string {
  return anchor.slice(cutAfter(anchor, Math.floor(anchor.length / 2)));
}

/** Two neighbouring, different letters change places; without any, the first character is written twice. */
export function withTypo(anchor: string): string {
  const swapped = anchor.replace(/([a-z])(?!\1)([a-z])(?=[a-z]*[^a-z]*$)/, '$2$1');
  return swapped === anchor ? anchor.charAt(0) + anchor : swapped;
}

/** As a typographer, or a model's habit, has it: quotes, dashes, and white space of one space or one line end. */
export function typeset(anchor: string): string {
  return anchor
    .replaceAll(/(?<=^|[\s([{])"/g, '“')
    .replaceAll('"', '”')
    .replaceAll(/(?<=^|[\s([{“])'/g, '‘')
    .replaceAll("'", '’')
    .replaceAll(/(?<=\s)-(?=\s)/g, '–')
    .replaceAll(/\s+/g, (whiteSpace) => (whiteSpace.includes('\n') ? '\n' : ' '));
}

/** The two or three sentences or lines that stand before the anchor; fewer where there are no more. */
export function before(anchor: string, partial: string): string {
  const said = partial.endsWith(anchor) ? partial.slice(0, partial.length - anchor.length) : partial;
  const last = said.slice(cutAfter(said, said.length - SEARCHED_CHARACTERS));
  const starts = [...last.matchAll(SENTENCE_OR_LINE_END)].map(({ index, 0: end }) => index + end.length);
  // Two or three: which of them is no matter, so long as it is the same each time.
  const count = 2 + (said.length % 2);
  return last.slice([0, ...starts].filter((start) => start < last.length).at(-count) ?? 0);
}
