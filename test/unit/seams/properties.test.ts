/** What must hold for every text, every cut, every reply and however it comes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeText } from '../../../src/simulator/text.ts';
import { TEXT_KINDS } from '../../../src/simulator/texts/kinds.ts';
import { joinReply, prepared } from './joining.ts';

const bare = (text: string): string => text.replace(/\s+/g, '');

function pieces(reply: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts.map((cut) => cut % (reply.length + 1)))].toSorted(
    (one, other) => one - other,
  );
  return [...ends, reply.length].map((end, index) => reply.slice(ends[index - 1] ?? 0, end));
}

const cuts = fc.array(fc.nat(5_000), { maxLength: 12 });
const kind = fc.constantFrom(...TEXT_KINDS);

/** A text of some kind, cut somewhere: what was received, and what was meant to follow. */
const cutText = fc
  .record({ kind, seed: fc.nat(400), at: fc.double({ min: 0.02, max: 1, noNaN: true }) })
  .map(({ kind: of, seed, at }) => {
    const whole = writeText(`seam/${seed}`, 900, of);
    return { whole, partial: whole.slice(0, Math.max(1, Math.floor(whole.length * at))) };
  });

/** Pieces of which texts and replies are made that resemble one another: where evidence is scarce. */
const words = fc
  .array(
    fc.constantFrom(
      'the cat ',
      'sat on ',
      'the mat',
      '. ',
      '\n',
      '\n\n',
      '"',
      '**',
      '```',
      '```js\n',
      '- ',
      '| a | b |',
      '##',
      '# ',
      '…',
      '[',
      '](https://',
      ')',
      'ha ',
      'ha ha ',
      'Sure, continuing:\n\n',
      "I'm sorry",
      '猫が',
      '。',
      '👩‍👧',
      '\ud83d',
      'END',
      ' ',
      'recieve ',
      'receive ',
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));
const someReply = fc.record({
  partial: words.filter((text) => text.trim() !== ''),
  before: words,
  echoes: fc.boolean(),
  after: words,
  rejections: fc.nat(4),
});
type SomeReply = typeof someReply extends fc.Arbitrary<infer T> ? T : never;
const STOP_SEQUENCES = ['###', 'END'];

function asked({ partial, before, echoes, after, rejections }: SomeReply) {
  const of = { partial, rejections };
  return { of, reply: before + (echoes ? prepared(of).anchor : '') + after };
}

describe('a text that is really continued behind its echo', () => {
  it('is exact, whatever it is, wherever it was cut and however it comes, and its seam is verified', () => {
    fc.assert(
      fc.property(cutText, cuts, fc.constantFrom(0, 1, 2, 3), ({ whole, partial }, at, rejections) => {
        const { anchor, cut } = prepared({ partial, rejections });
        fc.pre(cut.base > 0);
        const outcome = joinReply({ partial, rejections }, pieces(anchor + whole.slice(cut.base), at));
        // Where a text repeats itself at once, the seam may be at one of two places; it is then asked for again.
        if (rejections === 0 && outcome.rejection !== null) {
          expect(outcome.text).toBe(partial);
          expect(outcome.rejection).toMatch(/at one of two places|an earlier place/);
          return;
        }
        expect(outcome).toMatchObject({ text: whole, rejection: null, takenBack: false });
        expect(outcome.seam?.kind).toBe('anchor');
      }),
      { numRuns: 10_000 },
    );
  });

  it('is exact behind a prefill', () => {
    fc.assert(
      fc.property(cutText, cuts, ({ whole, partial }, at) => {
        const of = { partial, resume: 'prefill' as const };
        const { cut } = prepared(of);
        fc.pre(cut.base > 0);
        const outcome = joinReply(of, pieces(whole.slice(cut.base), at));
        // Whole already, but it does not look so: the next attempt asks, and an echo tells.
        if (outcome.rejection?.includes('does not look whole') === true) {
          expect(outcome.text).toBe(partial);
          expect(whole.slice(cut.base).trim()).toBe('');
          return;
        }
        expect(outcome).toMatchObject({ text: whole, rejection: null, takenBack: false });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('whatever a reply says', () => {
  it('nothing is joined that was not said, nothing that was kept is lost, and no follower sees what goes again', () => {
    fc.assert(
      fc.property(someReply, cuts, fc.boolean(), (some, at, ends) => {
        const { of, reply } = asked(some);
        const { cutText: shown } = prepared(of);
        const outcome = joinReply(of, pieces(reply, at), ends ? undefined : null);
        expect(outcome.takenBack).toBe(false);
        if (outcome.rejection !== null) expect(outcome.text).toBe(of.partial);
        if (outcome.text === of.partial) return;
        expect(outcome.text.startsWith(shown)).toBe(true);
        expect(bare(reply)).toContain(bare(outcome.text.slice(shown.length)));
      }),
      { numRuns: 10_000 },
    );
  });

  it('what is left out of it is an echo, a repetition of the text, or a preamble', () => {
    fc.assert(
      fc.property(someReply, (some) => {
        const { of, reply } = asked(some);
        const { anchor, cutText: shown } = prepared(of);
        const { seam, rejection, text } = joinReply(of, [reply]);
        if (rejection !== null || seam === null) return;
        const dropped = bare(reply.slice(0, seam.trimmedCharacters));
        // Marks that wrap the echo go along with it.
        const marks = /["*`'_]+$/;
        if (seam.kind === 'anchor' && seam.evidence !== 'echo_repaired') {
          expect(
            dropped.endsWith(bare(anchor)) ||
              dropped.replace(marks, '').endsWith(bare(anchor).replace(marks, '')),
          ).toBe(true);
        }
        if (seam.kind === 'overlap') expect(bare(shown).endsWith(dropped)).toBe(true);
        if (seam.kind === 'plain' && dropped !== '') expect(dropped).toMatch(/^Sure,continuing:$/);
        // And behind the seam nothing is, but for the closer of what was opened before the echo.
        const rest = bare(reply.slice(seam.trimmedCharacters));
        const joined = bare(text.slice(shown.length));
        if (joined !== '') expect(['', '"', '**', '```', '`', '*']).toContain(rest.slice(joined.length));
      }),
      { numRuns: 10_000 },
    );
  });

  it('makes no difference into which deltas it is cut', () => {
    fc.assert(
      fc.property(someReply, cuts, fc.boolean(), (some, at, stops) => {
        const { of, reply } = asked(some);
        const stopSequences = stops ? STOP_SEQUENCES : [];
        const outcome = ({ shown: _shown, ...rest }: ReturnType<typeof joinReply>) => rest;
        const whole = joinReply({ ...of, stopSequences }, [reply]);
        expect(outcome(joinReply({ ...of, stopSequences }, pieces(reply, at)))).toEqual(outcome(whole));
        expect(outcome(joinReply({ ...of, stopSequences }, reply.split('')))).toEqual(outcome(whole));
      }),
      { numRuns: 5_000 },
    );
  });
});
