import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo, askedCharacters, canonicalText, truthOf } from '../../../src/simulator/answer.ts';
import type { Conversation } from '../../../src/simulator/answer.ts';
import { chainsOf } from '../../../src/simulator/log.ts';
import type { RequestRecord } from '../../../src/simulator/log.ts';
import { parseProfile } from '../../../src/simulator/profile.ts';
import type { Settings, SimulatorProfile } from '../../../src/simulator/profile.ts';

function settings(profile: SimulatorProfile): Settings {
  const parsed = parseProfile(profile);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.profile;
}

type Said = { partial: string; continuation: string };

/** As much of a record as answers are made from. */
const logged = (said: Said & { resume?: 'continuation' }): RequestRecord =>
  ({ resume: 'none', ...said }) as RequestRecord;

function conversation(said: readonly Said[] = [], stopSequences: string[] = []): Conversation {
  return { key: 'k', prompt: 'p', characters: 1_000, opening: '', stopSequences, records: said.map(logged) };
}

const ask = (partial: string, anchor: string | null = null) => ({
  conversation: 'k',
  prompt: 'p',
  userText: 'p',
  resume: anchor === null ? ('prefill' as const) : ('continuation' as const),
  partial,
  anchor,
});

describe('a text that is always the same', () => {
  const plain = settings({});
  const whole = canonicalText(plain, conversation());

  it('goes on wherever it was cut, with the white space that follows there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (cut) => {
        const partial = whole.slice(0, cut).trimEnd();
        const answer = answerTo(plain, conversation(), ask(partial));
        expect(partial + answer.text).toBe(whole);
        expect(answer.mismatch).toBe(false);
      }),
    );
  });

  it('shows, and records, a partial text that is not its own', () => {
    const partial = `${whole.slice(0, 100)}#`;
    const answer = answerTo(plain, conversation(), ask(partial));
    expect(answer.mismatch).toBe(true);
    expect(answer.text).toMatch(/MISMATCH.* 101 characters differs from character 100 on/);
  });

  it('records an anchor that the partial text does not end with', () => {
    const partial = whole.slice(0, 100).trimEnd();
    expect(answerTo(plain, conversation(), ask(partial, 'no such words')).mismatch).toBe(true);
  });

  it('has for truth what comes before the first stop sequence', () => {
    const sequence = whole.slice(300, 320);
    const truth = whole.slice(0, whole.indexOf(sequence));
    expect(truthOf(plain, conversation([], ['@@@', sequence]))).toBe(truth);
  });
});

describe('a continuation question is answered', () => {
  const anchor = 'slowly over the bridge';
  const partial = `The captain went ${anchor}`;
  const chain = [{ partial: '', continuation: `${partial} and never` }];
  const reply = (continuation: SimulatorProfile['continuation'], asked = 0) => {
    const profile = settings({ divergent: true, continuation });
    const before = Array.from({ length: asked }, () =>
      logged({ resume: 'continuation', partial, continuation: '' }),
    );
    const known = conversation(chain);
    const records = [...known.records, ...before];
    return answerTo(profile, { ...known, records }, ask(partial, anchor));
  };
  const continued = (continuation: SimulatorProfile['continuation']): [string, string] => {
    const { text, leadCharacters } = reply(continuation);
    return [text.slice(0, leadCharacters), text.slice(leadCharacters)];
  };
  const rest = continued('direct')[1];

  it.each([
    ['echo', anchor, rest],
    ['direct', '', rest],
    ['preamble', `Sure, continuing:\n\n${anchor}`, rest],
    ['preamble_direct', 'Sure, continuing:\n\n', rest],
    ['echo_partial', ' the bridge', rest],
    ['echo_quoted', `"${anchor}"`, rest],
    ['echo_then_end', anchor, ''],
    ['restart', partial + rest, ''],
    ['empty', '', ''],
    ['useless', 'No response requested.', ''],
  ] as const)('by "%s"', (behaviour, lead, after) => {
    expect(rest).toMatch(/^ \S/);
    expect(continued(behaviour)).toEqual([lead, after]);
  });

  it('by "echo_typo": the anchor with two letters changed', () => {
    expect(continued('echo_typo')).toEqual(['slowly over the rbidge', rest]);
  });

  it('by "apology", which continues nothing', () => {
    expect(continued('apology')).toEqual([expect.stringContaining("I'm sorry"), '']);
  });

  it('by a list, one after the other, the last for good', () => {
    const behaviours = [0, 1, 2, 3].map((asked) => reply(['empty', 'direct', 'echo'], asked).behaviour);
    expect(behaviours).toEqual(['empty', 'direct', 'echo', 'echo']);
  });
});

describe('a divergent text', () => {
  const divergent = settings({ divergent: true });

  it('joins to the chain whatever was cut where, has new words each time, and comes to an end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }), (cuts) => {
        const said: Said[] = [];
        let held = '';
        for (const [sentShare, cutShare] of cuts) {
          const partial = held.slice(0, cutShare % (held.length + 1)).trimEnd();
          const answer = answerTo(divergent, conversation(said), ask(partial));
          expect(answer.mismatch).toBe(false);
          const white = /^\s*/.exec(held.slice(partial.length))?.[0] ?? '';
          if (answer.text !== '') expect(answer.text.startsWith(white)).toBe(true);
          if (held.length - partial.length > 40) {
            expect(answer.text.startsWith(held.slice(partial.length))).toBe(false);
          }
          const continuation = answer.text.slice(0, sentShare % (answer.text.length + 1));
          said.push({ partial, continuation });
          if (continuation !== '') held = partial + continuation;
        }
        const last = answerTo(divergent, conversation(said), ask(held.trimEnd()));
        const whole = held.trimEnd() + last.text;
        expect(whole.length).toBeGreaterThan(900);
        expect(whole.length).toBeLessThan(1_400);
        expect(
          answerTo(
            divergent,
            conversation([...said, { partial: held.trimEnd(), continuation: last.text }]),
            ask(whole),
          ).text,
        ).toBe('');
      }),
    );
  });

  it('knows a partial text of two attempts that were mixed up', () => {
    const [first, second] = [[], [{ partial: '', continuation: 'x' }]].map(
      (said) => answerTo(divergent, conversation(said), ask('')).text,
    ) as [string, string];
    expect(first).not.toBe(second);
    const said = [
      { partial: '', continuation: first },
      { partial: '', continuation: second },
    ];
    const mixed = first.slice(0, 200) + second.slice(200, 400);
    expect(answerTo(divergent, conversation(said), ask(mixed)).mismatch).toBe(true);
    expect(answerTo(divergent, conversation(said), ask(first.slice(0, 200))).mismatch).toBe(false);
  });
});

describe('the chain', () => {
  it('is cut where the last request that said something went on', () => {
    const said = [
      { partial: '', continuation: 'one two three' },
      { partial: 'one two', continuation: ' four' },
      { partial: 'one two', continuation: '' },
    ];
    expect(chainsOf(said)).toEqual(['one two three', 'one two four', 'one two four']);
  });

  it('goes back to what a client still held when the attempt between never reached it', () => {
    const said = [
      { partial: '', continuation: 'one two three' },
      { partial: 'one', continuation: ' 2' },
      { partial: 'one two three', continuation: '' },
    ];
    expect(chainsOf(said).at(-1)).toBe('one two three');
  });

  it('of requests that said nothing is empty', () => {
    expect(chainsOf([{ partial: 'who said this', continuation: '' }])).toEqual([]);
    expect(truthOf(settings({ divergent: true }), conversation())).toBe('');
  });
});

it('a prompt may ask for a length', () => {
  expect(askedCharacters('Write. [characters: 3000]')).toBe(3_000);
  expect(askedCharacters('Write 3000 characters.')).toBeNull();
});
