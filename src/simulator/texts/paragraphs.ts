/** Paragraphs of sentences, whatever the language: what such texts have in common. */
import type { Random } from '../random.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';

export interface Sentences {
  heading(random: Random): string;
  sentence(random: Random): string;
  /** What stands between two sentences of a paragraph. */
  gap(random: Random): string;
  /** What a paragraph begins with. */
  indent: string;
}

export function* paragraphs(random: Random, { heading, sentence, gap, indent }: Sentences): Generator<Piece> {
  yield opening(`# ${heading(random)}`);
  for (;;) {
    yield whole(`\n\n${indent}${sentence(random)}`);
    for (let more = 2 + random.below(5); more > 0; more -= 1) {
      yield whole(gap(random) + sentence(random));
    }
    if (random.oneIn(4)) yield opening(`\n\n## ${heading(random)}`);
  }
}
