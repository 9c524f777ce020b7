/** The little of Markdown that decides where a text may be cut and how it is joined. */

const FENCE_LINE = /^ {0,3}(`{3,}|~{3,})(.*)$/gm;

/** The fence that is open at the end of a text, as its marks; null where none is. */
export function openFence(text: string): string | null {
  let open: string | null = null;
  for (const [, marks = '', behind = ''] of text.matchAll(FENCE_LINE)) {
    if (open === null) open = marks;
    else if (marks.startsWith(open) && behind.trim() === '') open = null;
  }
  return open;
}

/** A row of a table, or an item of a list. */
export const ROW_OR_ITEM = /^\s*(?:[-*+] |\d{1,9}[.)] |\|)/;

export function lastLineOf(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}
