/**
 * The simulated texts. Pure: the same seed, length and kind give the same text, so the whole text a conversation was
 * meant to get is known before, during and after any accident.
 */
import { createRandom } from './random.ts';
import { arabic } from './texts/arabic.ts';
import { chinese } from './texts/chinese.ts';
import { codeAndProse } from './texts/codeBlocks.ts';
import { emojiProse } from './texts/emoji.ts';
import { japanese } from './texts/japanese.ts';
import { jsonLike } from './texts/jsonLike.ts';
import type { TextKind } from './texts/kinds.ts';
import { longLists } from './texts/lists.ts';
import { markdown } from './texts/markdown.ts';
import { fill } from './texts/pieces.ts';
import { poem } from './texts/poetry.ts';
import { TOLERANCE_CHARACTERS, growProse, proseText, sentence, words } from './texts/prose.ts';
import { longTables } from './texts/tables.ts';

const SENTENCE_END = /[.!?]$/;

export function endsSentence(text: string): boolean {
  return SENTENCE_END.test(text);
}

/**
 * A whole text of about `characters` UTF-16 code units.
 *
 * It ends where such a text may end, as at a sentence's end or a closing fence, and never in white space.
 */
export function writeText(seed: string, characters: number, kind: TextKind = 'prose'): string {
  const random = createRandom(seed);
  switch (kind) {
    case 'prose':
      return proseText(random, characters);
    case 'markdown':
      return fill(markdown(random), characters);
    case 'code':
      return fill(codeAndProse(random), characters);
    case 'table':
      return fill(longTables(random), characters);
    case 'list':
      return fill(longLists(random), characters);
    case 'japanese':
      return fill(japanese(random), characters);
    case 'chinese':
      return fill(chinese(random), characters);
    case 'arabic':
      return fill(arabic(random), characters);
    case 'emoji':
      return fill(emojiProse(random), characters);
    case 'poetry':
      return fill(poem(random), characters);
    case 'json_like':
      return fill(jsonLike(random), characters);
    default:
      return kind satisfies never;
  }
}

/**
 * Words of prose that take up a text which holds `already` characters, and bring it to about `characters`.
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
  return growProse(random, options.midSentence ? `${words(random, 5)}.` : sentence(random), remaining);
}
