/** Fenced code: as a block of Markdown, and as a text that is mostly code. */
import type { Random } from '../random.ts';
import { LANGUAGES } from './languages.ts';
import type { Language } from './languages.ts';
import { opening, whole } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { sentence, title } from './prose.ts';

const FENCE = '```';
const DEEPEST = 4;

/** A sentence or a few, a long block of code, and so on, in one language after another. */
export function* codeAndProse(random: Random): Generator<Piece> {
  yield whole(`# ${title(random)}\n\n${sentence(random)}`);
  for (let turn = random.below(LANGUAGES.length); ; turn += 1) {
    const language = LANGUAGES[turn % LANGUAGES.length] ?? LANGUAGES[0];
    yield* codeBlock(random, language, 2 + random.below(3));
    const heading = random.oneIn(3) ? `## ${title(random)}\n\n` : '';
    yield whole(`\n\n${heading}${sentence(random)}`);
    for (let more = random.below(3); more > 0; more -= 1) yield whole(` ${sentence(random)}`);
  }
}

/** One block of so many functions, under the block before it. */
export function* codeBlock(random: Random, language: Language, functions: number): Generator<Piece> {
  yield opening(`\n\n${FENCE}${language.info}`);
  for (let number = 1; number <= functions; number += 1) {
    if (number > 1) yield opening('\n');
    yield* functionLines(random, language);
  }
  yield whole(`\n${FENCE}`);
}

function* functionLines(random: Random, language: Language): Generator<Piece> {
  const line = (depth: number, code: string): string => `\n${language.indent.repeat(depth)}${code}`;
  /** What ends a text after a line so deep inside: all blocks closed, and the fence. */
  const ending = (depth: number): string => {
    const { closing } = language;
    const open = closing === null ? 0 : depth;
    const closings = Array.from({ length: open }, (_, index) => line(depth - 1 - index, closing ?? ''));
    return `${closings.join('')}\n${FENCE}`;
  };

  if (random.oneIn(2)) yield opening(line(0, `${language.comment} ${sentence(random)}`));
  yield opening(line(0, language.signature(random)));
  let depth = 1;
  // A block that was just opened needs a line before it may close, or the text end.
  let isEmpty = true;
  for (let lines = 5 + random.below(14); lines > 0 || isEmpty; lines -= 1) {
    if (!isEmpty && depth > 1 && random.oneIn(4)) {
      depth -= 1;
      if (language.closing !== null) {
        yield { text: line(depth, language.closing), ending: ending(depth) };
      }
      continue;
    }
    const gap = !isEmpty && random.oneIn(6) ? '\n' : '';
    if (depth < DEEPEST && lines > 0 && random.oneIn(4)) {
      yield opening(gap + line(depth, language.block(random)));
      depth += 1;
      isEmpty = true;
      continue;
    }
    const code = random.oneIn(9) ? `${language.comment} ${sentence(random)}` : language.statement(random);
    // A comment alone is no body of a block.
    const isCode = !code.startsWith(language.comment);
    yield { text: gap + line(depth, code), ending: isEmpty && !isCode ? null : ending(depth) };
    if (isCode) isEmpty = false;
  }
  while (depth > 1) {
    depth -= 1;
    if (language.closing !== null) yield { text: line(depth, language.closing), ending: ending(depth) };
  }
  yield { text: line(1, language.lastStatement(random)), ending: ending(1) };
  if (language.closing !== null) yield { text: line(0, language.closing), ending: `\n${FENCE}` };
}
