/** A text as pieces that are drawn one by one, until it is as long as it was asked to be. */

export interface Piece {
  /** Begins with what stands between it and the piece before. */
  text: string;
  /** What is to follow should the text end here, as a closing fence; null where it would be no sensible end. */
  ending: string | null;
}

/** A piece after which a text may end as it is. */
export function whole(text: string): Piece {
  return { text, ending: '' };
}

/** A piece that needs another after it. */
export function opening(text: string): Piece {
  return { text, ending: null };
}

/** The text that ends nearest to `characters` UTF-16 code units, of all sensible ends. */
export function fill(pieces: Iterable<Piece>, characters: number): string {
  const texts: string[] = [];
  let length = 0;
  let before: { pieces: number; ending: string; length: number } | null = null;
  for (const { text, ending } of pieces) {
    texts.push(text);
    length += text.length;
    if (ending === null) continue;
    const here = { pieces: texts.length, ending, length: length + ending.length };
    if (here.length < characters) {
      before = here;
      continue;
    }
    const end = before !== null && characters - before.length < here.length - characters ? before : here;
    return texts.slice(0, end.pieces).join('') + end.ending;
  }
  return texts.join('');
}
