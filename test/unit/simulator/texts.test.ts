import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeContinuation, writeText } from '../../../src/simulator/text.ts';
import { TEXT_KINDS } from '../../../src/simulator/texts/kinds.ts';
import type { TextKind } from '../../../src/simulator/texts/kinds.ts';
import { fill, opening, whole } from '../../../src/simulator/texts/pieces.ts';
import { fromTemplate } from '../../../src/simulator/texts/templates.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { isWhole } from './talk.ts';

/** Half of the longest way from one sensible end to the next: a stanza and its refrain, a table's head. */
const TOLERANCE = 300;

/** What each kind may end with. */
const ENDS: Record<TextKind, RegExp> = {
  prose: /[.!?]$/,
  markdown: /[.!?]$|\n```$| \|$|\n *(?:-|\d+\.) .*\S$/,
  code: /[.!?]$|\n```$/,
  table: /\n\|.* \|$/,
  list: /\n *(?:-|\d+\.) .*\S$|\n\n {2,}.*[.!?]$/,
  japanese: /[。！？]$/,
  chinese: /[。！？”…]$/,
  arabic: /[.!؟]$/,
  emoji: /[.!?]$/,
  poetry: /\n\n.{40,90}$|\n\n.+\n.+$/,
  json_like: /\n\}$/,
};

const long = (kind: TextKind): string => writeText('long', 12_000, kind);

/** The info strings of all fences; a bare one closes. Throws where one is left open. */
function infoStrings(text: string): string[] {
  const fences = [...text.matchAll(/^```(.*)$/gm)].map(([, info]) => info ?? '');
  expect(fences.length % 2).toBe(0);
  fences.forEach((info, index) => expect(info !== '').toBe(index % 2 === 0));
  return fences.filter((info) => info !== '');
}

describe.each(TEXT_KINDS)('a text of the kind %s', (kind) => {
  it('is the same for the same seed, about as long as asked, whole, and ends sensibly', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 300, max: 5_000 }), (seed, characters) => {
        const text = writeText(seed, characters, kind);
        expect(writeText(seed, characters, kind)).toBe(text);
        expect(Math.abs(text.length - characters)).toBeLessThanOrEqual(TOLERANCE);
        expect(text.trimEnd()).toBe(text);
        expect(text).toMatch(ENDS[kind]);
        expect(isWhole(text)).toBe(true);
        infoStrings(text);
      }),
    );
  });

  it('has an end even where hardly any text is asked for', () => {
    const text = writeText('short', 1, kind);
    expect(text).toMatch(ENDS[kind]);
    expect(text.length).toBeLessThan(2 * TOLERANCE);
  });

  it('differs from seed to seed', () => {
    expect(writeText('a', 500, kind)).not.toBe(writeText('b', 500, kind));
  });

  it('has no white space at the end of a line', () => {
    expect(long(kind)).not.toMatch(/[^\S\n]$/m);
  });
});

it('prose is byte for byte what it was before there were other kinds', () => {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const texts = Array.from({ length: 300 }, (_, number) => writeText(`s${number}`, 37 * number + 1));
  expect(digest(texts.join(''))).toBe('d1f734032f131002');
  expect(digest(writeText('1/abc', 3_000, 'prose'))).toBe('1f2f3947387d1633');
  const continued = [true, false].map((midSentence) =>
    writeContinuation('', { already: 30, characters: 40, midSentence }),
  );
  expect(digest(JSON.stringify(continued))).toBe('dae553099adb56b9');
});

describe('what each kind is there for:', () => {
  it('markdown has every block and every mark', () => {
    const text = long('markdown');
    for (const mark of [
      /^# /m,
      /^##+ /m,
      /\*\*\S[^*]*\*\*/,
      /(?<!\*)\*\w[^*]*\*/,
      /\[[^\]]+\]\(https:\/\/\S+\)/,
      /^- /m,
      /^ {2,}(?:-|\d\.) /m,
      /^1\. /m,
      /^2\. /m,
      /^> /m,
      /^> > /m,
      /^\| :?-+:? \|/m,
    ]) {
      expect(text).toMatch(mark);
    }
    expect(infoStrings(text)).not.toEqual([]);
  });

  it('code is mostly code, in several languages, indented and with blank lines', () => {
    const text = long('code');
    expect(new Set(infoStrings(text)).size).toBeGreaterThanOrEqual(2);
    const code = [...text.matchAll(/^```\w+\n([^]*?)\n```$/gm)].map(([, inside]) => inside ?? '');
    expect(code.join('').length).toBeGreaterThan(text.length * 0.6);
    expect(Math.max(...code.map(({ length }) => length))).toBeGreaterThan(600);
    expect(code.join('\n')).toMatch(/\n\n/);
    for (const indent of [/^ {2}\S/m, /^ {8}\S/m, /^\t\t\S/m]) expect(code.join('\n')).toMatch(indent);
  });

  it('code closes as many blocks as it opens, wherever the text ends', () => {
    for (let characters = 300; characters < 3_000; characters += 60) {
      const text = writeText('blocks', characters, 'code');
      for (const [, inside] of text.matchAll(/^```(?:go|typescript)\n([^]*?)\n```$/gm)) {
        const opened = inside?.match(/\{$/gm)?.length ?? 0;
        expect(inside?.match(/^\s*\}$/gm)?.length ?? 0).toBe(opened);
      }
    }
  });

  it('a table has one number of columns from head to foot, rows that vary and cells that are equal', () => {
    const tables = long('table').match(/(?:^\|.*\|$\n?)+/gm) ?? [];
    expect(tables.length).toBeGreaterThan(1);
    for (const table of tables) {
      const rows = table.trimEnd().split('\n');
      const columns = rows.map((row) => row.replaceAll('\\|', '').split('|').length);
      expect(new Set(columns).size).toBe(1);
    }
    const rows = tables.flatMap((table) => table.trimEnd().split('\n').slice(2));
    expect(new Set(rows).size).toBeGreaterThan(rows.length * 0.9);
    const cells = rows.flatMap((row) => row.split(' | '));
    expect(new Set(cells).size).toBeLessThan(cells.length * 0.8);
  });

  it('a list is long, numbered or not, and has lists inside', () => {
    const text = long('list');
    for (const item of [/^- /m, /^12\. /m, /^ {2,}- /m, /^ {2,}2\. /m]) expect(text).toMatch(item);
  });

  it('Japanese has full-width marks, ideographic spaces, katakana and Latin words, and no spaces of its own', () => {
    const text = long('japanese');
    for (const mark of ['。', '、', '「', '」', '？', '\u3000']) expect(text).toContain(mark);
    expect(text).toMatch(/\p{Script=Katakana}{3}/u);
    expect(text).toMatch(/[A-Za-z]{4}/);
    expect(text.replaceAll(/^#+ |Café ABC/gm, '')).not.toContain(' ');
  });

  it('Chinese has no spaces but round Latin words, and characters of two code units', () => {
    const text = long('chinese');
    for (const mark of ['。', '，', '“', '”', '《']) expect(text).toContain(mark);
    expect(text).not.toMatch(/\p{Script=Han} \p{Script=Han}/u);
    expect(text).toMatch(/[\u{20000}-\u{2ffff}]/u);
  });

  it('Arabic has its own marks and digits, and Latin words between', () => {
    const text = long('arabic');
    for (const mark of [/،/, /؛/, /؟/, /[٠-٩]{2}/, /\d\d/, /[A-Za-z]{4}/]) expect(text).toMatch(mark);
    const letters = text.match(/\p{Letter}/gu) ?? [];
    const arabic = letters.filter((letter) => /\p{Script=Arabic}/u.test(letter));
    expect(arabic.length).toBeGreaterThan(letters.length * 0.8);
  });

  it('emoji has joined ones, flags, skin tones, combining marks and keycaps, one every few words', () => {
    const text = long('emoji');
    for (const cluster of [
      /\p{Extended_Pictographic}\u{fe0f}?\u{200d}\p{Extended_Pictographic}/u,
      /[\u{1f1e6}-\u{1f1ff}]{2}/u,
      /\u{1f3f4}[\u{e0061}-\u{e007a}]+\u{e007f}/u,
      /[\u{1f3fb}-\u{1f3ff}]/u,
      /e\u0301/,
      /\d\ufe0f\u20e3/,
    ]) {
      expect(text).toMatch(cluster);
    }
    const clusters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)];
    const many = clusters.filter(({ segment }) => segment.length > 1);
    expect(many.length).toBeGreaterThan(text.split(' ').length / 3);
  });

  it('the refrain of a poem comes back after each stanza, word for word', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 700, max: 6_000 }), (seed, characters) => {
        const [heading, ...parts] = writeText(seed, characters, 'poetry').split('\n\n');
        expect(heading).toMatch(/^# /);
        const refrains = parts.filter((_part, index) => index % 2 === 1);
        const [refrain = ''] = refrains;
        expect(refrains.length).toBeGreaterThan(1);
        expect(new Set(refrains).size).toBe(1);
        expect(parts).toHaveLength(2 * refrains.length);
        expect(refrain.length).toBeGreaterThanOrEqual(40);
        expect(refrain.length).toBeLessThanOrEqual(90);
        expect(refrain.split('\n').length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('some lines of a poem are said twice in a row', () => {
    expect(long('poetry')).toMatch(/^(.+)\n\1$/m);
  });

  it('JSON-like text is JSON, wherever it ends, with the same keys again and again', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 4_000 }), (seed, characters) => {
        const text = writeText(seed, characters, 'json_like');
        const { records } = JSON.parse(text) as { records: { id: number }[] };
        expect(records.map(({ id }) => id)).toEqual(records.map((_record, index) => index + 1));
      }),
    );
    expect(long('json_like').match(/"place": /g)?.length).toBeGreaterThan(20);
    expect(long('json_like')).toMatch(/^ {14}"id": /m);
  });
});

describe('a text made of pieces', () => {
  const pieces = [opening('{'), { text: 'one', ending: '}' }, { text: ', two', ending: '}' }, whole('}!')];

  it.each([
    [1, '{one}'],
    [6, '{one}'],
    [8, '{one, two}'],
    [10, '{one, two}'],
    [99, '{one, two}!'],
  ])('of about %i characters ends at the nearest sensible end', (characters, text) => {
    expect(fill(pieces, characters)).toBe(text);
  });

  it('whose template asks for a list that is not there is an error that names it', () => {
    const grammar = { templates: ['{person} {plce}'], lists: { person: ['a'], place: ['b'] } } as const;
    expect(() => fromTemplate(createRandom(''), grammar)).toThrow(/"plce", which is none of person, place/);
  });
});
