/** A stop sequence that straddles a seam: the API sees only its second half, so it is looked for here. */
import type { SeamTask } from './joiner.ts';

export type Straddle =
  /** The text ends so many characters behind the cut: negative in the cut text, else in the white space received there. */
  | { kind: 'found'; at: number }
  /** What is there may yet become one. */
  | { kind: 'partial' }
  | { kind: 'none' };

/** @param after what is joined behind the cut, from its white space on */
export function findStraddle(
  { cutText, whiteSpace, stopSequences }: Pick<SeamTask, 'cutText' | 'whiteSpace' | 'stopSequences'>,
  after: string,
): Straddle {
  let partial = false;
  let first: number | null = null;
  for (const sequence of stopSequences) {
    const earliest = Math.max(-cutText.length, 1 - sequence.length);
    // One that begins behind what was received is wholly in the reply, where the API sees it.
    const latest = after.startsWith(whiteSpace) ? whiteSpace.length - 1 : -1;
    for (let at = earliest; at <= latest; at += 1) {
      const text = at < 0 ? cutText.slice(at) + after : after.slice(at);
      if (text.startsWith(sequence)) first = Math.min(first ?? at, at);
      else if (sequence.startsWith(text)) partial = true;
    }
  }
  if (first !== null) return { kind: 'found', at: first };
  return partial ? { kind: 'partial' } : { kind: 'none' };
}
