/**
 * A reply that begins by repeating the end of the text, though not the words that were asked for: where that is
 * proven, it is cut. What may as well be meant (a refrain, a row that occurs twice) is not.
 */
import { ROW_OR_ITEM, lastLineOf } from '../markdown.ts';
import { runTogether } from './characters.ts';

/** So many characters alike are no chance. */
const SHORTEST_TAIL = 12;
const LONGEST_TAIL = 2_000;
const LONGEST_VERSE = 100;
/** In which the tail must be the only one of its kind. */
const NEIGHBOURHOOD = 4_000;

export type TailSearch = { kind: 'found'; characters: number } | { kind: 'partial' } | { kind: 'none' };

/**
 * @param whiteSpace what was received behind the cut: where there was any, no word may run on over the seam
 * @param reply without leading white space
 */
export function findRepeatedTail(
  cutText: string,
  whiteSpace: string,
  reply: string,
  ended: boolean,
): TailSearch {
  const tail = cutText.slice(-LONGEST_TAIL);
  const neighbourhood = cutText.slice(-NEIGHBOURHOOD);
  const row = lastLineOf(tail);
  const whole: number[] = [];
  const beginning = reply.slice(0, SHORTEST_TAIL);
  for (let start = tail.indexOf(beginning); start >= 0; start = tail.indexOf(beginning, start + 1)) {
    const suffix = tail.slice(start);
    // All of the text is no tail: that is a restart.
    if (suffix.length === cutText.trimStart().length) continue;
    const longEnough = suffix.length >= SHORTEST_TAIL || (suffix === row && ROW_OR_ITEM.test(row));
    if (!longEnough) continue;
    if (reply.length > suffix.length) {
      if (reply.startsWith(suffix)) whole.push(suffix.length);
      // Enough is known, see below; and a text of one letter has thousands.
      if (whole.length > 1) return { kind: 'none' };
    } else if (suffix.startsWith(reply)) {
      // As long as the suffix: what follows it is not known yet.
      if (!ended) return { kind: 'partial' };
      if (reply.length === suffix.length) whole.push(suffix.length);
    }
  }
  // A short row is looked for by its whole, since it is shorter than the beginning above.
  if (row.length < SHORTEST_TAIL && ROW_OR_ITEM.test(row) && reply.startsWith(`${row}\n`))
    whole.push(row.length);
  const [characters, ...others] = whole;
  // Alike at more than one place: the text repeats itself, so this may be the next repetition.
  if (characters === undefined || others.length > 0) return { kind: 'none' };
  const suffix = tail.slice(tail.length - characters);
  const once = neighbourhood.indexOf(suffix) === neighbourhood.length - characters;
  const runsOn = whiteSpace !== '' && runTogether(suffix, reply.slice(characters));
  const verse = suffix === row && whiteSpace.includes('\n') && isVerse(row);
  return once && !runsOn && !verse ? { kind: 'found', characters } : { kind: 'none' };
}

/** A short line of its own may be said twice, as songs and poems do. */
export function isVerse(line: string): boolean {
  return line.length < LONGEST_VERSE && !ROW_OR_ITEM.test(line);
}
