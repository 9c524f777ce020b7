/** The anchor: the last words of the cut text, which the model is asked to repeat so that the seam can be proven. */
import { isWhiteSpace } from '../seam/characters.ts';

export const SHORTEST_ANCHOR = 40;
const LONGEST_ANCHOR = 300;
/** How far back the anchor must be the only one of its kind. */
const NEIGHBOURHOOD = 4_000;
/** Characters; the longest cluster in use (a family of four with skin tones) has 19. */
const LONGEST_CLUSTER = 64;

/**
 * Chooses the shortest run of last words that occurs once in the neighbourhood (refrains and table rows make it
 * longer), at most 300 characters, and in which no stop sequence lies: the API would end the reply there.
 *
 * Like the cut never called from workflow code: where there are no spaces it follows the ICU data of the Node version.
 *
 * @param shortest characters; a question that is asked again asks for more
 */
export function chooseAnchor(
  cutText: string,
  stopSequences: readonly string[] = [],
  shortest: number = SHORTEST_ANCHOR,
): string {
  const neighbourhood = cutText.slice(-NEIGHBOURHOOD);
  const within = Math.max(0, cutText.length - LONGEST_ANCHOR);
  const earliest = characterStart(cutText, afterStopSequences(cutText, within, stopSequences), 'behind');
  // A text that is hardly longer is repeated whole: from its top it is an echo then, and no restart.
  let start = cutText.length <= 2 * shortest ? earliest : cutText.length - shortest;
  start = Math.max(earliest, start);
  for (;;) {
    start = wordStart(cutText, start, earliest);
    const anchor = cutText.slice(start);
    if (start <= earliest || neighbourhood.indexOf(anchor) === neighbourhood.length - anchor.length) {
      return anchor.trimStart();
    }
    start -= 1;
  }
}

/** The nearest start of a word at or before `from`; of a whole character where the script has no spaces. */
function wordStart(text: string, from: number, earliest: number): number {
  for (let start = from; start > earliest && from - start < SHORTEST_ANCHOR; start -= 1) {
    if (isWhiteSpace(text.charAt(start - 1))) return start;
  }
  return Math.max(earliest, characterStart(text, from, 'before'));
}

/** A grapheme cluster (a family of emoji, a letter and its accents) is repeated whole or not at all. */
function characterStart(text: string, from: number, side: 'before' | 'behind'): number {
  if (from === 0 || from >= text.length) return from;
  const windowStart = Math.max(0, from - LONGEST_CLUSTER);
  const cluster = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    .segment(text.slice(windowStart, from + LONGEST_CLUSTER))
    .containing(from - windowStart);
  if (cluster === undefined || windowStart + cluster.index === from) return from;
  return windowStart + cluster.index + (side === 'before' ? 0 : cluster.segment.length);
}

function afterStopSequences(text: string, earliest: number, stopSequences: readonly string[]): number {
  let start = earliest;
  for (const sequence of stopSequences) {
    const last = text.lastIndexOf(sequence);
    if (sequence !== '' && last >= 0) start = Math.max(start, last + 1);
  }
  return start;
}
