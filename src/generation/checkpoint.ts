/**
 * Text on its way to safety: from character `offset` of the generation's text on, it reads `text`.
 *
 * Every form in which text leaves the worker is one of these (heartbeat, failure, return value, and later chunk
 * signals), so one function puts any of them in place.
 */
export interface Checkpoint {
  offset: number;
  text: string;
}

/** Puts a checkpoint in place. An empty one changes nothing: a cut takes effect with the first character joined. */
export function applyCheckpoint(keptText: string, checkpoint: Checkpoint): string {
  if (checkpoint.text === '') return keptText;
  if (checkpoint.offset > keptText.length) {
    // Never guess what lies between: a hole would be a text with a piece missing, taken for whole.
    throw new RangeError(
      `a checkpoint begins at character ${checkpoint.offset}, but only ${keptText.length} characters are kept`,
    );
  }
  return keptText.slice(0, checkpoint.offset) + checkpoint.text;
}
