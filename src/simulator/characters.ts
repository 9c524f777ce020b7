/** Cutting text by UTF-16 code units, the project's measure of characters. */

/** The greatest cut at or before `position` that leaves no surrogate pair in halves. */
export function wholeCharacterCut(text: string, position: number): number {
  if (position <= 0 || position >= text.length) return Math.max(0, Math.min(position, text.length));
  const before = text.charCodeAt(position - 1);
  const after = text.charCodeAt(position);
  const insidePair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
  return insidePair ? position - 1 : position;
}
