/** Tables of Markdown: as a block, and as a whole text. Cells repeat, so a row is not known by its beginning. */
import type { Random } from '../random.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { capitalised, sentence, title, words } from './prose.ts';

type Column = (random: Random) => string;

/** Cells of the last few kinds are often equal from row to row. */
const COLUMNS: readonly [Column, ...Column[]] = [
  (random) => words(random, 1 + random.below(3)),
  (random) => words(random, 4 + random.below(5)),
  (random) => String(random.below(10_000)),
  (random) => `${random.below(90)}.${random.below(10)} %`,
  (random) => `189${random.below(10)}-0${1 + random.below(9)}-${10 + random.below(19)}`,
  (random) => `\`${words(random, 1)} \\| ${words(random, 1)}\``,
  (random) => random.pick(['yes', 'no', '—', '']),
  (random) => random.pick(['harbour', 'harbour', 'river', 'meadow']),
];

/** Table after table, each behind a heading and a sentence. */
export function* longTables(random: Random): Generator<Piece> {
  for (let heading = '# '; ; heading = '\n\n## ') {
    yield opening(`${heading}${title(random)}\n\n${sentence(random)}`);
    yield* table(random, 15 + random.below(40));
  }
}

/** One table of so many rows, under the block before it. */
export function* table(random: Random, rows: number): Generator<Piece> {
  const columns = Array.from({ length: 3 + random.below(4) }, () => random.pick(COLUMNS));
  yield opening(`\n\n${row(columns.map(() => capitalised(words(random, 1))))}`);
  yield opening(`\n${row(columns.map(() => random.pick(['---', ':---', '---:', ':---:'])))}`);
  let above: string[] = [];
  for (let number = 0; number < rows; number += 1) {
    above = columns.map((column, index) => {
      const cell = column(random);
      return random.oneIn(6) ? (above[index] ?? cell) : cell;
    });
    yield whole(`\n${row(above)}`);
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
