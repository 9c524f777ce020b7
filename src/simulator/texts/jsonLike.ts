/** One indented JSON document: records with the same keys, and some of them with records inside. */
import type { Random } from '../random.ts';
import { opening } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { sentence, title, words } from './prose.ts';

const STEP = '  ';
/** In steps: a record indented further has no records inside. */
const DEEPEST = 4;

export function* jsonLike(random: Random): Generator<Piece> {
  yield opening(`{\n${STEP}"title": ${JSON.stringify(title(random))},\n${STEP}"records": [`);
  yield* records(random, { count: Infinity, depth: 2, ending: `\n${STEP}]\n}` });
}

interface Level {
  count: number;
  /** How many steps a record's brace is indented. */
  depth: number;
  /** What closes all that is open around the list. */
  ending: string;
}

function* records(random: Random, { count, depth, ending }: Level): Generator<Piece> {
  const outer = `\n${STEP.repeat(depth)}`;
  const inner = outer + STEP;
  const closed = `${outer}}${ending}`;
  for (let number = 1; number <= count; number += 1) {
    yield { text: `${number === 1 ? '' : ','}${outer}{${inner}"id": ${number}`, ending: closed };
    for (const [key, value] of fields(random)) {
      const text = JSON.stringify(value, null, STEP).replaceAll('\n', inner);
      yield { text: `,${inner}"${key}": ${text}`, ending: closed };
    }
    if (depth <= DEEPEST && random.oneIn(4)) {
      yield opening(`,${inner}"children": [`);
      const around = `${inner}]${closed}`;
      yield* records(random, { count: 1 + random.below(3), depth: depth + 2, ending: around });
      yield { text: `${inner}]`, ending: closed };
    }
    yield { text: `${outer}}`, ending };
  }
}

function fields(random: Random): [key: string, value: unknown][] {
  return [
    ['name', words(random, 2)],
    ['place', random.pick(['harbour', 'river', 'meadow'])],
    ['done', random.oneIn(2)],
    ['note', random.oneIn(3) ? null : sentence(random)],
    ['position', { x: random.below(1_000), y: random.below(1_000) / 10 }],
    ['tags', Array.from({ length: random.below(4) }, () => words(random, 1))],
  ];
}
