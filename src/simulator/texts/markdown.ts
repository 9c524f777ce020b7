/** Markdown with all its blocks: no kind of block is missing for long. */
import type { Random } from '../random.ts';
import { codeBlock } from './codeBlocks.ts';
import { LANGUAGES } from './languages.ts';
import { list } from './lists.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { sentence, title, words } from './prose.ts';
import { table } from './tables.ts';

type Block = (random: Random) => Generator<Piece>;

const BLOCKS: readonly Block[] = [
  (random) => list(random, 'bullets', 3 + random.below(5)),
  (random) => list(random, 'numbers', 3 + random.below(5)),
  (random) => codeBlock(random, random.pick(LANGUAGES), 1),
  (random) => table(random, 2 + random.below(5)),
  quote,
  paragraph,
];

export function* markdown(random: Random): Generator<Piece> {
  yield opening(`# ${title(random)}`);
  for (;;) {
    yield* paragraph(random);
    for (const block of shuffled(random, BLOCKS)) {
      yield* block(random);
      if (random.oneIn(9)) yield opening('\n\n---');
      if (random.oneIn(2)) {
        yield opening(`\n\n${random.pick(['##', '##', '###'])} ${title(random)}`);
        yield* paragraph(random);
      }
    }
    yield opening(`\n\n## ${title(random)}`);
  }
}

function* paragraph(random: Random): Generator<Piece> {
  yield whole(`\n\n${richSentence(random)}`);
  for (let more = 1 + random.below(3); more > 0; more -= 1) {
    // A line may be broken inside a paragraph.
    yield whole(`${random.oneIn(6) ? '\n' : ' '}${richSentence(random)}`);
  }
}

function* quote(random: Random): Generator<Piece> {
  yield whole(`\n\n> ${richSentence(random)}`);
  for (let more = 1 + random.below(3); more > 0; more -= 1) {
    yield whole(`${random.oneIn(3) ? '\n>' : ''}\n> ${random.oneIn(4) ? '> ' : ''}${richSentence(random)}`);
  }
}

function richSentence(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return `The *${words(random, 2)}* ${words(random, 3)}, and **${words(random, 3)}** ${words(random, 2)}.`;
    case 1:
      return `See [${words(random, 3)}](https://example.com/${random.pick(['harbour', 'river-map', 'log'])}?page=${random.below(90)}), ${words(random, 4)}.`;
    case 2:
      return `${title(random)} \`${words(random, 2)}\` ${words(random, 3)}; _${words(random, 2)}_ ${words(random, 2)}.`;
    default:
      return sentence(random);
  }
}

function shuffled(random: Random, blocks: readonly Block[]): Block[] {
  const left = [...blocks];
  return blocks.flatMap(() => left.splice(random.below(left.length), 1));
}
