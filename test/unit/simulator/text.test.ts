import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAfter, cutBefore } from '../../../src/simulator/characters.ts';
import { endsSentence, writeContinuation, writeText } from '../../../src/simulator/text.ts';
import { isWhole } from './talk.ts';

const LONGEST_SENTENCE = 200;

describe('the prose', () => {
  it('is the same for the same seed, about as long as asked, and ends at a sentence', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: 5_000 }), (seed, characters) => {
        const text = writeText(seed, characters);
        expect(writeText(seed, characters)).toBe(text);
        expect(Math.abs(text.length - characters)).toBeLessThanOrEqual(LONGEST_SENTENCE);
        expect(endsSentence(text)).toBe(true);
        expect(isWhole(text)).toBe(true);
      }),
    );
  });

  it('differs from seed to seed', () => {
    expect(writeText('a', 500)).not.toBe(writeText('b', 500));
  });

  it('holds what breaks careless readers: paragraphs, headings, many-byte characters, false ends of a stream', () => {
    const text = writeText('long', 20_000);
    expect(text).toMatch(/\n\n## /);
    for (const trap of ['é', '—', '日本語', '👩‍👩‍👧‍👦', 'message_stop', 'data: [DONE]'])
      expect(text).toContain(trap);
  });

  it('continues to the length asked for, finishes a sentence, and is silent when all is said', () => {
    const continued = writeContinuation('s', { already: 500, characters: 2_000, midSentence: false });
    expect(500 + continued.length).toBeGreaterThan(1_900);
    expect(500 + continued.length).toBeLessThan(2_000 + LONGEST_SENTENCE);
    const finished = writeContinuation('s', { already: 2_000, characters: 2_000, midSentence: true });
    expect(endsSentence(finished)).toBe(true);
    expect(writeContinuation('s', { already: 1_990, characters: 2_000, midSentence: false })).toBe('');
  });
});

it('a cut never leaves half a surrogate pair, and moves by one character at most', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '日', '👩', '🏽') }),
      fc.integer({ min: -2, max: 30 }),
      (text, position) => {
        const bounded = Math.max(0, Math.min(position, text.length));
        const before = cutBefore(text, position);
        const after = cutAfter(text, position);
        expect(isWhole(text.slice(0, before))).toBe(true);
        expect(isWhole(text.slice(0, after))).toBe(true);
        expect(bounded - before).toBeOneOf([0, 1]);
        expect(after - bounded).toBeOneOf([0, 1]);
      },
    ),
  );
});
