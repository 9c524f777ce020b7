/**
 * The simulated prose. Pure: the same seed and length give the same text, so the whole text a conversation was
 * meant to get is known before, during and after any accident.
 */
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { MULTI_BYTE_WORDS, TRAP_SENTENCES, WORDS } from './vocabulary.ts';

/** A text may end this many characters before the length asked for: about half a sentence. */
const TOLERANCE_CHARACTERS = 40;

const SENTENCE_END = /[.!?]$/;

export function endsSentence(text: string): boolean {
  return SENTENCE_END.test(text);
}

/** A whole text of about `characters` UTF-16 code units. It ends at a sentence's end and never in white space. */
export function writeText(seed: string, characters: number): string {
  const random = createRandom(seed);
  return grow(random, `# ${title(random)}\n\n${sentence(random)}`, characters);
}

/**
 * Words that take up a text which holds `already` characters, and bring it to about `characters`.
 *
 * `midSentence`: the text before stopped inside a sentence, so this finishes it first. Nothing is left to say (the
 * empty string) when the text before is long enough and ended a sentence.
 */
export function writeContinuation(
  seed: string,
  options: { already: number; characters: number; midSentence: boolean },
): string {
  const remaining = options.characters - options.already;
  if (!options.midSentence && remaining <= TOLERANCE_CHARACTERS) return '';
  const random = createRandom(seed);
  return grow(random, options.midSentence ? `${words(random, 5)}.` : sentence(random), remaining);
}

function grow(random: Random, beginning: string, characters: number): string {
  // Parts are joined once: a string grown piece by piece and asked for its length is flattened again and again.
  const parts = [beginning];
  let length = beginning.length;
  let sentencesLeft = 3;
  while (length < characters - TOLERANCE_CHARACTERS) {
    let part: string;
    if (sentencesLeft > 0) {
      part = ` ${sentence(random)}`;
      sentencesLeft -= 1;
    } else {
      const heading = random.oneIn(4) ? `## ${title(random)}\n\n` : '';
      part = `\n\n${heading}${sentence(random)}`;
      sentencesLeft = 2 + random.below(4);
    }
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}

function sentence(random: Random): string {
  if (random.oneIn(24)) return random.pick(TRAP_SENTENCES);
  const first = capitalised(words(random, 3 + random.below(6)));
  const second = random.oneIn(2) ? `, ${words(random, 2 + random.below(5))}` : '';
  return `${first}${second}${random.pick(['.', '.', '.', '.', '!', '?'])}`;
}

function title(random: Random): string {
  return capitalised(words(random, 3));
}

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () =>
    random.oneIn(14) ? random.pick(MULTI_BYTE_WORDS) : random.pick(WORDS),
  ).join(' ');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
