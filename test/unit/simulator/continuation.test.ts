import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../../../src/simulator/behaviours.ts';
import type { Behaviour } from '../../../src/simulator/behaviours.ts';
import { wordContinuation } from '../../../src/simulator/continuation.ts';
import { before, typeset } from '../../../src/simulator/echoes.ts';
import { writeText } from '../../../src/simulator/text.ts';
import { TEXT_KINDS } from '../../../src/simulator/texts/kinds.ts';

const anchor = 'she said "no" - twice';
const partial = `# The bridge\n\nNobody came. The captain waited and ${anchor}`;
const rest = ' and left.\n\nThe end.';
const question =
  'Your previous response was interrupted. It ends with: <last_words>no. Or yes</last_words> Go on.';

const said = (behaviour: Behaviour, words: object = {}): [lead: string, rest: string, trail: string] => {
  const all = { anchor, partial, rest, question, ...words };
  const { text, leadCharacters, trailCharacters } = wordContinuation(behaviour, all);
  const end = text.length - trailCharacters;
  return [text.slice(0, leadCharacters), text.slice(leadCharacters, end), text.slice(end)];
};

describe('a continuation goes on after', () => {
  it.each([
    ['echo_line_quoted', `"${anchor}"\n\n${anchor}`, ''],
    ['echo_bold', `**${anchor}**`, ''],
    ['echo_tagged', `<last_words>${anchor}</last_words>`, ''],
    ['echo_fenced', `\`\`\`text\n${anchor}`, '\n```'],
    ['echo_curly', 'she said “no” – twice', ''],
    ['ellipsis', `…${anchor}`, ''],
    ['question_back', 'Your previous response was interrupted.\n\n', ''],
  ] as const)('by "%s"', (behaviour, lead, trail) => {
    expect(said(behaviour)).toEqual([lead, rest, trail]);
  });

  it('"echo_longer": what stood before the anchor, and the anchor', () => {
    const [lead, after, trail] = said('echo_longer');
    expect(lead).toBe(`Nobody came. The captain waited and ${anchor}`);
    expect([after, trail]).toEqual([rest, '']);
  });

  it('"question_back": the first sentence of a question that quotes the text, without the text', () => {
    const quoting = `You have written this, and were interrupted:\n\n<partial>One. Two</partial>\n\n${question}`;
    expect(said('question_back', { question: quoting })[0]).toBe(
      'You have written this, and were interrupted:\n\n',
    );
  });
});

describe('a reply continues nothing', () => {
  it('by "heading_restart": another heading, and another text about as long as the whole', () => {
    for (const kind of TEXT_KINDS) {
      const text = writeText('1/key', 3_000, kind);
      const [lead, after, trail] = said('heading_restart', {
        partial: text.slice(0, 700),
        rest: text.slice(700),
      });
      expect([after, trail]).toEqual(['', '']);
      expect(lead).toMatch(/^# \S.*\n\n\S/);
      expect(lead.split('\n')[0]).not.toBe(text.split('\n')[0]);
      expect(Math.abs(lead.length - 3_000)).toBeLessThan(200);
    }
  });

  it('by "summary": one sentence that names the beginning and asks', () => {
    expect(said('summary')).toEqual([
      `So far, in ${partial.length} characters, the text has told of “The bridge”; shall I go on from there, or would you like something changed first?`,
      '',
      '',
    ]);
    for (const kind of TEXT_KINDS) {
      const [lead] = said('summary', { partial: writeText('s', 500, kind) });
      expect(lead).toMatch(/^So far, [^.!?\n]+\?$/);
    }
    expect(said('summary', { partial: '```' })[0]).toContain('nothing in particular');
  });
});

it('whatever the behaviour, text and cut, what goes on is the rest, or nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...BEHAVIOURS),
      fc.constantFrom(...TEXT_KINDS),
      fc.string(),
      fc.nat(1_200),
      fc.nat(90),
      (behaviour, kind, seed, cut, length) => {
        const text = writeText(seed, 1_200, kind);
        const held = text.slice(0, cut);
        const words = { anchor: held.slice(-1 - length), partial: held, rest: text.slice(held.length) };
        const after = said(behaviour, words)[1];
        expect(after === words.rest || after === '').toBe(true);
        expect(said(behaviour, words)).toEqual(said(behaviour, words));
      },
    ),
  );
});

describe('the anchor', () => {
  it.each([
    ['two sentences', 'One is here. Two is here. Three is there. ', 'Two is here. Three is there. '],
    ['three sentences', 'One is. Two is. Three is. Four is. ', 'Two is. Three is. Four is. '],
    ['a sentence and the half before the anchor', 'One is. Two is here. And the', 'Two is here. And the'],
    ['lines', '| a |\n| b |\n| c |\n', '| b |\n| c |\n'],
    ['sentences without spaces', '一つだ。二つだ。三つだ。', '二つだ。三つだ。'],
    ['all there is', 'One', 'One'],
    ['nothing', '', ''],
  ])('comes after %s', (_name, earlier, expected) => {
    expect(before('anchor', `${earlier}anchor`)).toBe(expected);
  });

  it.each([
    [`"Why?" - 'don't'`, '“Why?” – ‘don’t’'],
    ['("so") well-known', '(“so”) well-known'],
    ['two  spaces\t\n\n and lines', 'two spaces\nand lines'],
    ['plain', 'plain'],
  ])('%j is typeset as %j', (plain, expected) => {
    expect(typeset(plain)).toBe(expected);
  });
});
