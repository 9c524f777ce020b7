/** Lines of three programming languages: braces and spaces, no braces, braces and tabs. */
import type { Random } from '../random.ts';
import { capitalised, words } from './prose.ts';

export interface Language {
  /** What stands after the opening fence. */
  info: string;
  indent: string;
  /** What closes a block; null where going back to the left does. */
  closing: string | null;
  /** What begins a comment. */
  comment: string;
  /** Opens a function. */
  signature(random: Random): string;
  /** Opens a block inside one. */
  block(random: Random): string;
  statement(random: Random): string;
  lastStatement(random: Random): string;
}

const NOUNS = [
  ...(['river', 'lantern', 'harbour', 'winter', 'garden', 'letter', 'engine', 'island', 'window'] as const),
  ...(['market', 'bridge', 'copper', 'forest', 'ladder', 'meadow', 'paper', 'signal', 'valley'] as const),
] as const;
const VERBS = ['carry', 'cross', 'follow', 'gather', 'keep', 'mend', 'open', 'send', 'watch'] as const;

const noun = (random: Random): string => random.pick(NOUNS);
const verb = (random: Random): string => random.pick(VERBS);
const literal = (random: Random): string => JSON.stringify(words(random, 1 + random.below(5)));
const number = (random: Random): string => String(random.below(400));

const TYPESCRIPT: Language = {
  info: 'typescript',
  indent: '  ',
  closing: '}',
  comment: '//',
  signature: (random) =>
    `export function ${verb(random)}${capitalised(noun(random))}(${noun(random)}: number, items: string[]): number {`,
  block: (random) =>
    random.pick([
      'for (const item of items) {',
      `if (${noun(random)} > ${number(random)}) {`,
      `while (${noun(random)}.length < ${number(random)}) {`,
    ]),
  statement: (random) =>
    random.pick([
      `total += ${noun(random)} * ${number(random)};`,
      `const ${noun(random)} = ${verb(random)}(${noun(random)}, ${literal(random)});`,
      `console.log(${literal(random)});`,
      `items.push(\`\${${noun(random)}} ${words(random, 2)}\`);`,
      `const { ${noun(random)} } = { ${noun(random)}: [${number(random)}, ${number(random)}] };`,
    ]),
  lastStatement: () => 'return total;',
};

const PYTHON: Language = {
  info: 'python',
  indent: '    ',
  closing: null,
  comment: '#',
  signature: (random) => `def ${verb(random)}_${noun(random)}(${noun(random)}, items=None):`,
  block: (random) =>
    random.pick([
      `for index, ${noun(random)} in enumerate(items):`,
      `if ${noun(random)} is not None and ${noun(random)} > ${number(random)}:`,
      `with ${verb(random)}_${noun(random)}(${literal(random)}) as ${noun(random)}:`,
    ]),
  statement: (random) =>
    random.pick([
      `total += ${noun(random)} * ${number(random)}`,
      `${noun(random)} = ${verb(random)}(${noun(random)}, ${literal(random)})`,
      `print(f"{${noun(random)}:>10} ${words(random, 2)}")`,
      `items = [${noun(random)} for ${noun(random)} in items if ${noun(random)} != ${number(random)}]`,
      `${noun(random)}[${literal(random)}] = ${number(random)}`,
    ]),
  lastStatement: () => 'return total',
};

const GO: Language = {
  info: 'go',
  indent: '\t',
  closing: '}',
  comment: '//',
  signature: (random) =>
    `func ${capitalised(verb(random))}${capitalised(noun(random))}(${noun(random)} int, items []string) int {`,
  block: (random) =>
    random.pick([
      'for index, item := range items {',
      `if err := ${verb(random)}(${noun(random)}); err != nil {`,
      `for ${noun(random)} < ${number(random)} {`,
    ]),
  statement: (random) =>
    random.pick([
      `total += ${noun(random)} * ${number(random)}`,
      `${noun(random)} := ${verb(random)}(${noun(random)}, ${literal(random)})`,
      `fmt.Printf("%d ${words(random, 2)}\\n", ${noun(random)})`,
      `items = append(items, ${literal(random)})`,
    ]),
  lastStatement: () => 'return total',
};

export const LANGUAGES: readonly [Language, ...Language[]] = [TYPESCRIPT, PYTHON, GO];
