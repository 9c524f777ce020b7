/** Lists, numbered or not, with lists inside: as blocks of Markdown, and as a whole text. */
import type { Random } from '../random.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { capitalised, sentence, title, words } from './prose.ts';

type Style = 'bullets' | 'numbers';
const EITHER = ['bullets', 'numbers'] as const;
/** A list indented further has no lists inside. */
const DEEPEST_INDENT = 4;

/** List after list, each behind a sentence that announces it, in turn with bullets and with numbers. */
export function* longLists(random: Random): Generator<Piece> {
  yield opening(`# ${title(random)}\n\n${announcement(random)}`);
  for (let style: Style = random.pick<Style>(EITHER); ; style = otherThan(style)) {
    yield* list(random, style, 12 + random.below(24));
    const heading = random.oneIn(2) ? `## ${title(random)}\n\n` : '';
    yield opening(`\n\n${heading}${announcement(random)}`);
  }
}

/** One list of so many items, under the block before it. */
export function* list(random: Random, style: Style, items: number): Generator<Piece> {
  yield* itemsOf(random, { style, items, indent: '', before: '\n\n' });
}

interface Level {
  style: Style;
  items: number;
  indent: string;
  /** What stands before the first item. */
  before: string;
}

function* itemsOf(random: Random, { style, items, indent, before }: Level): Generator<Piece> {
  for (let number = 1; number <= items; number += 1) {
    const marker = style === 'bullets' ? '- ' : `${number}. `;
    yield whole(`${number === 1 ? before : '\n'}${indent}${marker}${item(random)}`);
    // What is inside an item stands under its first word.
    const inside = indent + ' '.repeat(marker.length);
    if (random.oneIn(12)) yield whole(`\n\n${inside}${sentence(random)}`);
    if (indent.length > DEEPEST_INDENT || number === items || !random.oneIn(5)) continue;
    const few = 2 + random.below(4);
    yield* itemsOf(random, { style: random.pick<Style>(EITHER), items: few, indent: inside, before: '\n' });
  }
}

function item(random: Random): string {
  if (random.oneIn(3)) return `${sentence(random)} ${sentence(random)}`;
  if (random.oneIn(3)) return `**${capitalised(words(random, 2))}**: ${words(random, 5)}`;
  return random.oneIn(4) ? words(random, 2) : sentence(random);
}

function announcement(random: Random): string {
  return `${sentence(random)} ${capitalised(words(random, 4))}:`;
}

function otherThan(style: Style): Style {
  return style === 'bullets' ? 'numbers' : 'bullets';
}
