/** Echoes at the start of a later line, behind a preamble; and restarts there. */
import { afterWhiteSpace, matchWords } from './characters.ts';
import type { Echo } from './echo.ts';
import { findEchoAt } from './echo.ts';
import type { Evidence } from './evidence.ts';
import { questionLines } from './questionInReply.ts';
import { breaksASentence } from './restart.ts';
import { preambleLength, talksAboutItself } from './uselessReply.ts';

/** An echo that begins later than this is none: no preamble is that long. */
export const LONGEST_PREAMBLE = 600;
const LONG_RESTART_PROOF = 200;
/** One line that ends in a colon, and a blank line: it announces what comes. */
const ANNOUNCEMENT = /^[^\n]{1,200}[:：][ \t]*\n[ \t]*\n\s*$/;

export type LineSearch =
  | { kind: 'looked'; echoes: readonly Echo[]; mayCome: boolean; behindPreamble: boolean }
  /** The reply begins the text again behind its preamble. */
  | { kind: 'from_the_top' };

export function findEchoesAtLines(evidence: Evidence, held: string, ended: boolean): LineSearch {
  const { anchor, insideFence, top } = evidence;
  const echoes: Echo[] = [];
  let mayCome = false;
  let behindPreamble = false;
  for (let at = held.indexOf('\n') + 1; at > 0; at = held.indexOf('\n', afterWhiteSpace(held, at)) + 1) {
    if (echoes.length === 0 && at > LONGEST_PREAMBLE) break;
    const search = findEchoAt(held, at, anchor, ended, insideFence);
    if (search.kind === 'partial') mayCome = true;
    else if (search.kind === 'found') {
      // A fence's line and the line behind it lead to the same words: the first brings the fence's closer.
      if (echoes.length === 0)
        behindPreamble = isPreamble(evidence, held.slice(0, afterWhiteSpace(held, at)));
      if (!echoes.some(({ wordsEnd }) => wordsEnd === search.echo.wordsEnd)) echoes.push(search.echo);
    } else {
      const restart =
        top === null ? null : matchWords(restartProofAt(evidence, held, at), held, afterWhiteSpace(held, at));
      if (restart?.kind === 'full') return { kind: 'from_the_top' };
      if (restart?.kind === 'partial') mayCome = true;
    }
  }
  return { kind: 'looked', echoes, mayCome, behindPreamble };
}

/**
 * What stands before an echo is no text: it speaks of the text, announces it, or is the question's own; or it is a
 * paragraph that begins with a capital in the midst of a sentence. Several paragraphs are not: the first may have ended
 * the sentence.
 */
function isPreamble({ task }: Evidence, before: string): boolean {
  const paragraphs = before.replace(/(?:`{3,}|~{3,})[^\n]*\n$/, '').trim();
  if (paragraphs === '') return true;
  const breaksIn = /^["'“*]*\p{Lu}/u.test(paragraphs) && !/\n\s*\n/.test(paragraphs);
  if (breaksIn && breaksASentence(task.cutText, task.whiteSpace)) return true;
  if (ANNOUNCEMENT.test(before.trimStart()) || talksAboutItself(paragraphs)) return true;
  return preambleLength(before.trimStart(), false) > 0 || questionLines(task, before.trimStart()) > 0;
}

/** Behind what is no preamble a text may repeat its beginning, as a refrain does: then more of it must be alike. */
function restartProofAt(evidence: Evidence, held: string, at: number): string {
  const top = evidence.top ?? '';
  if (isPreamble(evidence, held.slice(0, afterWhiteSpace(held, at)))) return top;
  return evidence.task.cutText.trimStart().slice(0, Math.max(top.length, LONG_RESTART_PROOF));
}
