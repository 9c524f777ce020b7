/**
 * Text on its way to safety: from character `offset` of the generation's text on, it reads `text`.
 *
 * Every form in which text leaves the worker is one of these (heartbeat, chunk, failure, return value, hand-over), so
 * one function puts any of them in place.
 */
export interface Checkpoint {
  offset: number;
  text: string;
}

/**
 * Puts a checkpoint in place. An empty one changes nothing: a cut takes effect with the first character joined.
 *
 * @param hasText whether the kept text ends with text of the same attempt. An attempt only ever appends, so what is no
 *   longer than that is known already: a repeated chunk, or a heartbeat older than the last of them.
 * @returns null where it would leave a hole. Never guess what lies between: that would be a text with a piece missing,
 *   taken for whole.
 */
export function placeCheckpoint(
  keptText: string,
  { offset, text }: Checkpoint,
  hasText: boolean,
): string | null {
  if (offset > keptText.length) return null;
  if (text === '') return keptText;
  if (hasText && offset + text.length <= keptText.length) return keptText;
  return keptText.slice(0, offset) + text;
}
