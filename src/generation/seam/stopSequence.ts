/** A stop sequence that straddles a seam: the API sees only its second half, so it is looked for here. */

export type Straddle =
  /** The text ends `before` characters before the seam. */
  | { kind: 'found'; before: number }
  /** What is there may yet become one. */
  | { kind: 'partial' }
  | { kind: 'none' };

/** @param after what is joined behind the seam, from its white space on */
export function findStraddle(textBefore: string, after: string, stopSequences: readonly string[]): Straddle {
  let partial = false;
  let most = 0;
  for (const sequence of stopSequences) {
    for (let before = sequence.length - 1; before > 0; before -= 1) {
      if (!textBefore.endsWith(sequence.slice(0, before))) continue;
      const rest = sequence.slice(before);
      if (after.startsWith(rest)) most = Math.max(most, before);
      else if (rest.startsWith(after)) partial = true;
    }
  }
  if (most > 0) return { kind: 'found', before: most };
  return partial ? { kind: 'partial' } : { kind: 'none' };
}
