/** Cutting text by UTF-16 code units, the project's measure of characters, without leaving half a surrogate pair. */

/** The nearest such cut at or before `position`. */
export function cutBefore(text: string, position: number): number {
  const cut = Math.max(0, Math.min(position, text.length));
  return isInsidePair(text, cut) ? cut - 1 : cut;
}

/** The nearest such cut at or after `position`. */
export function cutAfter(text: string, position: number): number {
  const cut = Math.max(0, Math.min(position, text.length));
  return isInsidePair(text, cut) ? cut + 1 : cut;
}

function isInsidePair(text: string, position: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, position - 1), position + 1));
}
