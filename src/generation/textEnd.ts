/** Whether a text may be at its end where it stands. A guess by its last characters: only what was said proves an end. */
import { lastLineOf, openFence } from './markdown.ts';

/** The end of a sentence is no word that could go on; `3.` is. */
const SENTENCE_END = /(?:(?<!\d)\.|[!?…。！？])(?:["'”’»」』)\]]|[\u00a0\u202f ]»)*$/u;
/** Characters: longer ones are no end of a sentence. */
const LONGEST_END = 64;

export function endsASentence(text: string): boolean {
  return SENTENCE_END.test(text.slice(-LONGEST_END));
}

export function mayBeTheEnd(text: string): boolean {
  const end = text.trimEnd();
  if (openFence(end) !== null) return false;
  return endsASentence(end) || /^\s*(?:`{3,}|~{3,}|\|.*\|)$/.test(lastLineOf(end));
}
