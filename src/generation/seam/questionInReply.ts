/** A reply that repeats the question: nothing of its wording may get into the text. */
import type { SeamTask } from './joiner.ts';

/** So much of the question in the reply is no chance. */
const QUESTION_PROOF = 40;
const SHORTEST_QUESTION_LINE = 20;

/** Whether the text, or the beginning of it that is there, is the question's own wording. */
export function partOfTheQuestion(
  { question, cutText }: SeamTask,
  text: string,
): 'full' | 'partial' | 'none' {
  const words = text.trimStart().slice(0, QUESTION_PROOF);
  if (question === null || words === '' || !question.includes(words)) return 'none';
  if (words.length < QUESTION_PROOF) return 'partial';
  // The question quotes the text's own last words, which the text may say again.
  return cutText.includes(words) ? 'none' : 'full';
}

/** How much of a reply are lines of the question, the white space behind them (a blank line at most) included. */
export function questionLines({ question, cutText }: SeamTask, reply: string): number {
  let length = 0;
  for (;;) {
    const line = /^[^\n]+\n{1,2}/.exec(reply.slice(length))?.[0] ?? '';
    const words = line.trim();
    const repeated = words.length >= SHORTEST_QUESTION_LINE && question?.includes(words) === true;
    if (!repeated || cutText.includes(words)) return length;
    length += line.length;
  }
}
