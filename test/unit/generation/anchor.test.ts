import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAnchor } from '../../../src/generation/resume/anchor.ts';

describe('the anchor', () => {
  it('is the last words, some forty characters of them, from the start of a word', () => {
    const text = 'The quick brown fox jumps over the lazy dog and then sleeps in the warm sun until evening';
    const anchor = chooseAnchor(text);
    expect(text.endsWith(` ${anchor}`)).toBe(true);
    expect(anchor.length).toBeGreaterThanOrEqual(40);
    expect(anchor.length).toBeLessThan(60);
  });

  it('grows over a refrain until it occurs once', () => {
    const refrain = 'and the river rolled on and the river rolled on to the sea';
    const text = `First verse, ${refrain}. Second verse, ${refrain}`;
    const anchor = chooseAnchor(text);
    expect(anchor.startsWith('verse') || anchor.startsWith('Second')).toBe(true);
    expect(text.indexOf(anchor)).toBe(text.lastIndexOf(anchor));
  });

  it('is a whole short text', () => {
    expect(chooseAnchor('Once upon a time')).toBe('Once upon a time');
  });

  it('is at most 300 characters, even where nothing is unique', () => {
    expect(chooseAnchor('ha '.repeat(2_000).trimEnd()).length).toBeLessThanOrEqual(300);
  });

  it('holds no stop sequence: the API would end the reply there', () => {
    expect(chooseAnchor('one two three ### four five six seven', ['###'])).not.toContain('###');
  });

  it('is always the end of the text, never begins inside a surrogate pair, and is never empty', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 500 })
      .filter((s) => s.trimEnd() === s && s !== '');
    fc.assert(
      fc.property(text, (cutText) => {
        const anchor = chooseAnchor(cutText);
        expect(anchor).not.toBe('');
        expect(cutText.endsWith(anchor)).toBe(true);
        expect(/^[\udc00-\udfff]/.test(anchor)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
