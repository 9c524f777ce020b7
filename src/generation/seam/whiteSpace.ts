/** The white space between two pieces of text. */
import { ROW_OR_ITEM, lastLineOf } from '../markdown.ts';
import { hasUnspacedScript } from './characters.ts';

/**
 * At a proven seam: what was received stands in place of the reply's own, unless that begins with it. So it is
 * restored exactly once, and what the reply adds to it (a deeper indentation) stays.
 */
export function provenGap(received: string, own: string): string {
  return own.startsWith(received) ? own : received;
}

const SENTENCE_END = /[.!?…]["'”’»)\]*_]*$/u;
const BEGINS_A_SENTENCE = /^["'“‘«(*_]*\p{Lu}/u;
const FENCE_ALONE = /^\s*(?:`{3,}|~{3,})\s*$/;
const BEGINS_A_BLOCK = /^(?:#{1,6} |`{3,}|~{3,}|> )/;

/**
 * At a seam without proof a reply has mostly lost its leading white space on the way. What must stand between is then
 * taken from the texts: a heading begins a line, an item follows an item on a line of its own, and two sentences are
 * parted by a space where the script has spaces.
 */
export function likelyGap(cutText: string, received: string, own: string, text: string): string {
  const gap = keepsIndentation(received, own)
    ? received.slice(0, received.lastIndexOf('\n') + 1) + own
    : provenGap(received, own);
  if (gap.includes('\n')) return gap;
  const lastLine = lastLineOf(cutText);
  if (ROW_OR_ITEM.test(text) && ROW_OR_ITEM.test(lastLine)) return `${gap}\n`;
  if (FENCE_ALONE.test(lastLine)) return `${gap}\n`;
  if (BEGINS_A_BLOCK.test(text)) return `${gap}\n\n`;
  const bothSentences = gap === '' && SENTENCE_END.test(lastLine) && BEGINS_A_SENTENCE.test(text);
  return bothSentences && !hasUnspacedScript(text.slice(0, 8)) ? ' ' : gap;
}

/** A line was ended, and the reply begins with blanks: they indent the line that it begins. A single one does not. */
function keepsIndentation(received: string, own: string): boolean {
  if (!received.includes('\n') || !/^(?:\t| {2}|\u3000)[^\n]*$/.test(own)) return false;
  return own.startsWith(received.slice(received.lastIndexOf('\n') + 1));
}
