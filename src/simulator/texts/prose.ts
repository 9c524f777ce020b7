/** English prose: paragraphs of a few sentences, some under a heading. */
import type { Random } from '../random.ts';
import { MULTI_BYTE_WORDS, TRAP_SENTENCES, WORDS } from '../vocabulary.ts';

/** A text may end this many characters before the length asked for: about half a sentence. */
export const TOLERANCE_CHARACTERS = 40;

export function proseText(random: Random, characters: number): string {
  return growProse(random, `# ${title(random)}\n\n${sentence(random)}`, characters);
}

/** Sentences and paragraphs after a beginning, until both together have about `characters`. */
export function growProse(random: Random, beginning: string, characters: number): string {
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

export function sentence(random: Random): string {
  if (random.oneIn(24)) return random.pick(TRAP_SENTENCES);
  const first = capitalised(words(random, 3 + random.below(6)));
  const second = random.oneIn(2) ? `, ${words(random, 2 + random.below(5))}` : '';
  return `${first}${second}${random.pick(['.', '.', '.', '.', '!', '?'])}`;
}

export function title(random: Random): string {
  return capitalised(words(random, 3));
}

export function words(random: Random, count: number): string {
  return Array.from({ length: count }, () =>
    random.oneIn(14) ? random.pick(MULTI_BYTE_WORDS) : random.pick(WORDS),
  ).join(' ');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
