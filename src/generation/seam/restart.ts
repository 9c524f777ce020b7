/** A reply that begins the text again instead of going on: from its top, or worded anew under a heading. */
import { lastLineOf } from '../markdown.ts';
import { matchWords } from './characters.ts';

/** So many characters alike at the beginning are no chance... */
const RESTART_PROOF = 40;
/** ...but where a text repeats its own beginning (a refrain), more of it must be alike. */
const LONGEST_PROOF = 300;
const SHORTEST_PROOF = 12;
const HEADING = /^(#{1,6}) /;
const NO_SENTENCE = /^\s*(?:#{1,6} |[-*+|>]|\d+[.)] |`{3}|~{3})/;
const SENTENCE_END = /[.!?…。！？:：]["'”’»」』)\]*_]*$/u;

/** The shortest beginning of a text that shows a restart; null where the text is too short to show any. */
export function restartProof(cutText: string): string | null {
  const text = cutText.trimStart();
  if (text.length < SHORTEST_PROOF) return null;
  let length = RESTART_PROOF;
  while (length < LONGEST_PROOF && length < text.length && text.includes(text.slice(0, length), 1))
    length += 20;
  return text.slice(0, length);
}

export function beginsFromTheTop(proof: string | null, reply: string, from: number): boolean {
  return proof !== null && matchWords(proof, reply, from).kind === 'full';
}

/**
 * Whether a reply begins with a heading where none can be: in the midst of a sentence, or one like the text's own title,
 * of which there is only one. Then the text is being written anew, in other words.
 */
export function beginsUnderANewTitle(cutText: string, whiteSpace: string, reply: string): boolean {
  const heading = HEADING.exec(reply)?.[1];
  if (heading === undefined) return false;
  if (breaksASentence(cutText, whiteSpace)) return true;
  const title = HEADING.exec(cutText.trimStart())?.[1];
  return title === heading && cutText.split('\n').filter((line) => line.startsWith(`${title} `)).length === 1;
}

/** Whether a new paragraph behind the cut would stand in the midst of a sentence. */
export function breaksASentence(cutText: string, whiteSpace: string): boolean {
  if (whiteSpace.includes('\n')) return false;
  const lastLine = lastLineOf(cutText);
  return !SENTENCE_END.test(lastLine) && !NO_SENTENCE.test(lastLine);
}
