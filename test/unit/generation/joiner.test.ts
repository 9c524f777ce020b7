import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeamTask } from '../../../src/generation/seam/joiner.ts';
import { joinDelta, joinEnd, joinNow, openSeam, seamOf } from '../../../src/generation/seam/joiner.ts';
import { seamTask } from './builders.ts';

/** Feeds a reply in pieces and ends the message: what was joined, and how. */
function join(task: SeamTask, pieces: readonly string[], ends = true) {
  let state = openSeam(task);
  let joined = '';
  for (const piece of pieces) {
    const next = joinDelta(state, piece);
    state = next.state;
    joined += next.append;
  }
  if (ends) {
    const last = joinEnd(state);
    state = last.state;
    joined += last.append;
  }
  return { joined, seam: seamOf(state), rejected: state.kind === 'rejected' ? state.reason : null };
}

describe('joining after a prefill', () => {
  const prefill = (whiteSpace: string) => seamTask({ anchor: null, whiteSpace });
  it.each([
    ['the received white space stands in for what the reply leaves out', '\n\n', 'Next', '\n\nNext'],
    ['the received white space takes the place of other white space', '\n\n', ' Next', '\n\nNext'],
    ['white space that begins with the received one stays as it came', '\n', '\n    return', '\n    return'],
    ['nothing received, nothing restored', '', 't and', 't and'],
    ['nothing received, the reply keeps its own', '', ' mat', ' mat'],
  ])('%s', (_why, whiteSpace, reply, joined) => {
    const result = join(prefill(whiteSpace), [reply]);
    expect(result.joined).toBe(joined);
    expect(result.seam).toEqual({
      kind: 'exact',
      trimmedCharacters: whiteSpace.length,
      verified: true,
      evidence: 'prefill',
    });
  });

  it('a reply without any text adds nothing and is an end', () => {
    expect(join(prefill('\n'), []).joined).toBe('');
    expect(join(prefill('\n'), ['\n']).rejected).toBeNull();
  });
});

describe('joining after the question to go on', () => {
  it('the echo is cut, its seam verified', () => {
    const result = join(seamTask({}), ['cat sat on the mat and slept']);
    expect(result.joined).toBe(' mat and slept');
    expect(result.seam).toEqual({
      kind: 'anchor',
      trimmedCharacters: 14,
      verified: true,
      evidence: 'echo_at_start',
    });
  });

  it('the echo and then the end of the message add nothing, and are verified', () => {
    const result = join(seamTask({}), ['cat sat on the']);
    expect(result).toEqual({
      joined: '',
      seam: { kind: 'anchor', trimmedCharacters: 14, verified: true, evidence: 'echo_at_start' },
      rejected: null,
    });
  });

  it.each([
    ['an empty reply', []],
    ['half an echo', ['cat sat']],
    ['white space', [' \n']],
  ])('the end of the message after %s is no end', (_what, pieces) => {
    expect(join(seamTask({}), pieces).rejected).toMatch(/without the echo/);
    expect(join(seamTask({ joinUnverified: true }), pieces).rejected).not.toBeNull();
  });

  it.each([
    ['mat and slept through the whole of the afternoon', 'goes on without the echo'],
    ["I'm sorry, but I cannot", 'an apology'],
  ])('%j is rejected at first (%s)', (reply) => {
    const result = join(seamTask({}), [reply]);
    expect(result.joined).toBe('');
    expect(result.rejected).toMatch(/does not/);
  });

  it('the second time a reply is joined as it comes, and marked unverified', () => {
    const result = join(seamTask({ joinUnverified: true }), [
      'mat and slept through the whole of the afternoon',
    ]);
    expect(result.joined).toBe(' mat and slept through the whole of the afternoon');
    expect(result.seam).toEqual({ kind: 'plain', trimmedCharacters: 0, verified: false, evidence: 'none' });
  });

  it('a short reply is joined as it comes, too', () => {
    expect(join(seamTask({ joinUnverified: true }), ['mat.']).joined).toBe(' mat.');
  });

  it('a restart from the top is never appended', () => {
    const cutText = 'Once upon a time there was a cat that sat on a mat. It slept. And the cat sat on the';
    for (const joinUnverified of [false, true]) {
      const result = join(seamTask({ cutText, joinUnverified }), [cutText, ' mat and slept']);
      expect(result.joined).toBe('');
      expect(result.rejected).not.toBeNull();
    }
  });

  it.each(['No response requested.', "I'm sorry, I cannot continue.", 'Sure, here is the rest:'])(
    'what is no continuation is not joined even the second time: %j',
    (reply) => {
      expect(join(seamTask({ joinUnverified: true }), [reply]).joined).toBe('');
      expect(join(seamTask({ joinUnverified: true }), [reply]).rejected).not.toBeNull();
    },
  );

  it('an attempt that dies inside the echo has joined nothing', () => {
    expect(join(seamTask({}), ['cat sat o'], false)).toEqual({ joined: '', seam: null, rejected: null });
  });
});

describe('a reply that breaks off', () => {
  const brokenOff = (pieces: readonly string[], how: 'overdue' | 'cut_short' = 'overdue') => {
    let state = openSeam(seamTask({}));
    let joined = '';
    for (const piece of pieces) {
      const next = joinDelta(state, piece);
      state = next.state;
      joined += next.append;
    }
    const last = joinNow(state, how);
    return { joined: joined + last.append, kind: last.state.kind };
  };

  it.each([
    ['inside the echo adds nothing', ['cat sat'], '', 'open'],
    ['behind the echo keeps what came', ['cat sat on the mat and'], ' mat and', 'flowing'],
    [
      'behind a preamble and the echo keeps what came',
      ['Sure, continuing:\n\n', 'cat sat on the mat and'],
      ' mat and',
      'flowing',
    ],
    ['with the closer of a quotation leaves it out, and ends', ['"cat sat on the mat."'], ' mat.', 'flowing'],
    ["with a closer of the text's own keeps it", ['"cat sat on the "mat"'], ' "mat"', 'flowing'],
  ])('%s', (_what, pieces, joined, kind) => {
    expect(brokenOff(pieces)).toEqual({ joined, kind });
  });
});

describe('where the question quotes the text between tags', () => {
  const quoted = seamTask({ question: 'You wrote: <partial></partial>' });
  it.each([
    ['a text that breaks off keeps letters that the tag has, too', ' the trial part', ' the trial part'],
    ['the beginning of the tag is text until the rest of it comes', ' a < b </p', ' a < b </p'],
    ['the whole tag goes', ' mat.\n</partial>\n', ' mat.'],
  ])('%s', (_what, says, joined) => {
    for (const delta of [[`cat sat on the${says}`], `cat sat on the${says}`.split('')]) {
      let state = openSeam(quoted);
      let text = '';
      for (const piece of delta) {
        const next = joinDelta(state, piece);
        state = next.state;
        text += next.append;
      }
      expect((text + joinNow(state, 'overdue').append).trimEnd()).toBe(joined);
    }
  });
});

describe('however a reply is chunked', () => {
  const pieces = (text: string, cuts: readonly number[]): string[] => {
    const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
    return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
  };
  const reply = fc
    .array(fc.constantFrom('cat sat on the', ' ', '\n', 'mat', 'The cat ', 'Sure, ', '👩‍👧', 'x'), {
      maxLength: 8,
    })
    .map((parts) => parts.join(''));

  it('the outcome is the same, and nothing is joined that the reply did not say', () => {
    fc.assert(
      fc.property(
        reply,
        fc.array(fc.nat()),
        fc.boolean(),
        fc.boolean(),
        (text, cuts, prefill, joinUnverified) => {
          const of = seamTask({ joinUnverified, ...(prefill ? { anchor: null } : {}) });
          const whole = join(of, [text]);
          expect(join(of, pieces(text, cuts))).toEqual(whole);
          expect(text.endsWith(whole.joined.trimStart())).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
