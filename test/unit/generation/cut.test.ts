import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutForContinuation, cutForPrefill, safeCharacters } from '../../../src/generation/resume/cut.ts';

describe('the cut before a prefill', () => {
  it.each([
    ['sat on the mat', 'sat on the mat', ''],
    ['ends here.\n\n', 'ends here.', '\n\n'],
    ['def f():\n    ', 'def f():', '\n    '],
    ['全角\u3000', '全角', '\u3000'],
    ['half a pair \ud83d', 'half a pair', ' '],
    ['hanging joiner 👩\u200d', 'hanging joiner', ' '],
    [' \n\t', '', ' \n\t'],
    ['', '', ''],
  ])('%j is asked for as %j, with %j remembered', (text, cutText, whiteSpace) => {
    const cut = cutForPrefill(text);
    expect(text.slice(0, cut.base)).toBe(cutText);
    expect(cut.whiteSpace).toBe(whiteSpace);
  });
});

describe('the cut before a continuation', () => {
  const url = `https://example.org/${'a1B2'.repeat(30)}`;
  it.each([
    ['a half word goes', 'sat on the ma', 'sat on the', ' '],
    ['a word that may go on goes', 'see example.com', 'see', ' '],
    ['a whole word stays, its white space is remembered', 'sat on the \n', 'sat on the', ' \n'],
    ['of a very long word only the last character goes', `see ${url}`, `see ${url.slice(0, -1)}`, ''],
    ['Japanese goes back by one word', '吾輩は猫である。名前は', '吾輩は猫である。名前', ''],
    [
      'the end of a sentence stays: the text may be whole',
      'It sat (“on the mat.”)',
      'It sat (“on the mat.”)',
      '',
    ],
    ['a number is no end of a sentence', 'pi is 3.', 'pi is', ' '],
    ['half a surrogate pair goes', 'see the 猫\ud83d', 'see the', ' '],
    ['a half table row goes', '| b | 2 |\n| c |', '| b | 2 |', '\n'],
    ['a half list item goes', '- one\n- tw', '- one', '\n'],
    ['a lone marker goes', '- one\n- two\n- ', '- one\n- two', '\n'],
    ['a lone heading marker goes', 'text.\n\n## ', 'text.', '\n\n'],
    ['a half line of code goes', '```js\nconst a = 1;\nconst b', '```js\nconst a = 1;', '\n'],
    ['an opening fence alone goes', 'So:\n\n```python\n', 'So:', '\n\n'],
    ['a line after a closed fence is prose', '```\na\n```\nand then', '```\na\n```\nand', ' '],
    ['a link half said goes from its bracket on', 'see [the docs](https://exa', 'see', ' '],
    ['its label, too', 'see ![a picture of', 'see', ' '],
    ['what may become a link goes', 'see [this]', 'see', ' '],
    ['a whole link stays, its sentence ended', 'see [this](http://a.b).', 'see [this](http://a.b).', ''],
    ['a whole row stays', '| a | b |\n|---|---|\n| c | d |', '| a | b |\n|---|---|\n| c | d |', ''],
    ['a row of fewer cells goes', '| a | b |\n| c |', '| a | b |', '\n'],
    ['an item that ends a sentence stays', '- one.\n- two.', '- one.\n- two.', ''],
    ['a fence that closes stays', '```js\na\n```', '```js\na\n```', ''],
    ['a shorter fence closes nothing', '````js\na\n```', '````js\na', '\n'],
    ['one word alone leaves nothing to ask for', 'Once', '', ''],
  ])('%s: %j', (_why, text, cutText, whiteSpace) => {
    const cut = cutForContinuation(text);
    expect(text.slice(0, cut.base)).toBe(cutText);
    expect(cut.whiteSpace).toBe(whiteSpace);
  });

  it.each([
    ['text ##', ['###'], 'text', ' '],
    ['text.\n\nHum', ['\n\nHuman:'], 'text.', '\n\n'],
    ['to the E', ['END'], 'to the', ' '],
    ['it came to THE ', ['END'], 'it came to', ' '],
    ['text ##', ['abc'], 'text', ' '],
  ])('%j with the stop sequences %j is shown as %j', (text, stopSequences, cutText, whiteSpace) => {
    const cut = cutForContinuation(text, stopSequences);
    expect(text.slice(0, cut.base)).toBe(cutText);
    expect(cut.whiteSpace).toBe(whiteSpace);
  });

  const anyText = fc
    .array(
      fc.constantFrom(
        'word',
        ' ',
        '\n',
        '. ',
        '- ',
        '| a |',
        '```',
        '```js\n',
        '漢字',
        'かな',
        '。',
        '👩‍👧',
        '\ud83d',
        '\u200d',
        '\u3000',
        '12.',
        '#',
        'x'.repeat(70),
        'ไทย',
        '[',
        '](http://a',
        ')',
        '~~~',
        'END',
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join(''));

  it('never ends in white space nor in half a surrogate pair, and W is what was received there', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { base, whiteSpace } = cutForContinuation(text);
        const cutText = text.slice(0, base);
        expect(cutText).toBe(cutText.trimEnd());
        expect(/[\ud800-\udbff]$/.test(cutText)).toBe(false);
        expect(text.slice(base).startsWith(whiteSpace)).toBe(true);
        expect(whiteSpace.trim()).toBe('');
      }),
      { numRuns: 1_000 },
    );
  });

  it('a text that grows is never cut before what a follower was shown of a shorter one', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, more) => {
        const stopSequences = ['##', '| b', 'ENDE'];
        const cut = cutForContinuation(text + more, stopSequences).base;
        expect(cut).toBeGreaterThanOrEqual(safeCharacters(text, stopSequences));
        expect(cutForContinuation(text + more).base).toBeGreaterThanOrEqual(safeCharacters(text));
        expect(cutForPrefill(text + more).base).toBeGreaterThanOrEqual(safeCharacters(text));
      }),
      { numRuns: 3_000 },
    );
  });
});
