import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptTextStart } from '../../../src/activities/attemptText.ts';
import { AttemptText } from '../../../src/activities/attemptText.ts';
import { prepareAttempt } from '../../../src/activities/prepareAttempt.ts';
import type { Resume } from '../../../src/generation/attempt.ts';
import { placeCheckpoint } from '../../../src/generation/checkpoint.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import { rungAfter } from '../../../src/generation/resume/ladder.ts';
import type { JoinState } from '../../../src/generation/seam/joiner.ts';
import { NO_SEAM, joinDelta, joinEnd, openSeam } from '../../../src/generation/seam/joiner.ts';
import { ENDS, plan, progress, report, request, seamTask } from '../generation/builders.ts';

const start = (overrides: Partial<AttemptTextStart> = {}): AttemptTextStart => ({
  keptText: '',
  base: 0,
  restoredCharacters: 0,
  join: NO_SEAM,
  unreportedFrom: null,
  ...overrides,
});
const WHOLE = { stopReason: 'end_turn', stopSequence: null };
/** "…sat on the ma", cut before its last word. */
const cutInAWord = start({
  keptText: 'The cat sat on the ma',
  base: 18,
  restoredCharacters: 1,
  join: openSeam(seamTask({ anchor: 'sat on the' })),
});
/** Whole, but for the end of its message. */
const cutBehindASentence = start({
  keptText: 'The cat sat on the mat.\n',
  base: 23,
  restoredCharacters: 1,
  join: openSeam(
    seamTask({ cutText: 'The cat sat on the mat.', whiteSpace: '\n', anchor: 'sat on the mat.' }),
  ),
});
const restart = start({ keptText: 'The old text' });

describe("an attempt's text", () => {
  it('is safe as it comes in a first attempt', () => {
    const text = new AttemptText(start());
    expect(text.checkpoint).toEqual({ offset: 0, text: '' });
    expect(text.receive('The ')).toBe('go_on');
    text.receive('cat');
    expect(text).toMatchObject({
      checkpoint: { offset: 0, text: 'The cat' },
      regeneratedCharacters: 0,
      seam: null,
      rejection: null,
    });
  });

  it('takes effect behind an echo only once it is longer than what was cut', () => {
    const text = new AttemptText(cutInAWord);
    text.receive('sat on the');
    expect(text).toMatchObject({
      checkpoint: { offset: 21, text: '' },
      regeneratedCharacters: 10,
      seam: null,
    });
    text.receive(' ma');
    expect(text).toMatchObject({
      checkpoint: { offset: 21, text: '' },
      regeneratedCharacters: 13,
      seam: null,
    });
    text.receive('t');
    expect(text.checkpoint).toEqual({ offset: 18, text: ' mat' });
    expect(text.seam).toEqual({
      kind: 'anchor',
      trimmedCharacters: 10,
      verified: true,
      evidence: 'echo_at_start',
    });
    expect(text.regeneratedCharacters, 'the echo, and the two characters of the cut word').toBe(12);
  });

  it('takes effect though it is shorter once the message has ended', () => {
    const text = new AttemptText(cutInAWord);
    text.receive('sat on the m');
    text.end(WHOLE);
    expect(text.checkpoint).toEqual({ offset: 18, text: ' m' });
  });

  it('is whole as it is when an echo was all that came and the cut had taken nothing away', () => {
    const text = new AttemptText(cutBehindASentence);
    text.receive('sat on the mat.');
    text.end(WHOLE);
    expect(text).toMatchObject({
      checkpoint: { offset: 24, text: '' },
      rejection: null,
      regeneratedCharacters: 15,
      seam: { kind: 'anchor', trimmedCharacters: 15, verified: true, evidence: 'echo_at_start' },
    });
  });

  it('is not whole when the message ends before what had come already', () => {
    const text = new AttemptText(cutInAWord);
    text.receive('sat on the');
    text.end(WHOLE);
    expect(text.rejection).toMatch(/before what had come already/);
    const anew = new AttemptText(restart);
    anew.end(WHOLE);
    expect(anew.rejection).toMatch(/before what had come already/);
  });

  it('stops a reply that is no continuation, and counts all of it as regenerated', () => {
    const text = new AttemptText(cutInAWord);
    expect(text.receive('The cat sat on the mat')).toBe('stop');
    expect(text.rejection).toMatch(/again from the top/);
    expect(text).toMatchObject({
      checkpoint: { offset: 21, text: '' },
      regeneratedCharacters: 22,
      seam: null,
    });
  });

  it('rejects a message that ended without the echo', () => {
    const text = new AttemptText(cutInAWord);
    text.receive('sat on');
    text.end(WHOLE);
    expect(text.rejection).toMatch(/ended without the echo/);
  });

  it('is not taken away by a message that was refused or cut short, however far it came', () => {
    const anew = new AttemptText(restart);
    anew.receive('I cannot.');
    anew.end({ stopReason: 'refusal', stopSequence: null });
    expect(anew.checkpoint).toEqual({ offset: 12, text: '' });
    const insideTheEcho = new AttemptText(cutInAWord);
    insideTheEcho.receive('sat');
    insideTheEcho.end({ stopReason: 'max_tokens', stopSequence: null });
    expect(insideTheEcho).toMatchObject({ rejection: null, checkpoint: { offset: 21, text: '' } });
  });

  it('takes the place of an old one when it begins anew: once it is the longer one, or ended', () => {
    const text = new AttemptText(restart);
    text.receive('The new text');
    expect(text).toMatchObject({ checkpoint: { offset: 12, text: '' }, regeneratedCharacters: 12 });
    text.receive('!');
    expect(text).toMatchObject({
      checkpoint: { offset: 0, text: 'The new text!' },
      regeneratedCharacters: 12,
    });
    const shorter = new AttemptText(restart);
    shorter.receive('New.');
    shorter.end(WHOLE);
    expect(shorter.checkpoint).toEqual({ offset: 0, text: 'New.' });
  });

  it('hands over what only the last heartbeat held, when a paused attempt goes on', () => {
    const text = new AttemptText({ ...cutInAWord, unreportedFrom: 8 });
    expect(text.checkpoint).toEqual({ offset: 8, text: 'sat on the ma' });
    text.receive('sat on the mat');
    expect(text.checkpoint).toEqual({ offset: 8, text: 'sat on the mat' });
    const cutBefore = new AttemptText({ ...cutInAWord, unreportedFrom: 20 });
    cutBefore.receive('sat on the mat');
    expect(cutBefore.checkpoint).toEqual({ offset: 18, text: ' mat' });
  });

  it('measures itself as JSON in UTF-8', () => {
    const text = new AttemptText(start({ keptText: 'ü"\n', base: 3 }));
    expect(text.exceeds(5)).toBe(true);
    expect(text.exceeds(6)).toBe(false);
    const stride = '猫'.repeat(8_192);
    for (const character of stride) text.receive(character);
    expect(text.exceeds(6 + 3 * 8_192 - 1)).toBe(true);
    expect(text.exceeds(6 + 3 * 8_192)).toBe(false);
  });

  it('keeps of one enormous delta what fits, whole characters, and asks to stop', () => {
    const text = new AttemptText(start({ keptText: '', base: 0 }));
    const delta = `x${'🐈'.repeat(1_000_000)}`;
    expect(text.receiveWithin(1_500_000, delta)).toBe('stop');
    const { text: kept } = text.checkpoint;
    expect(delta.startsWith(kept)).toBe(true);
    expect(kept.endsWith('🐈')).toBe(true);
    expect(Buffer.byteLength(kept)).toBeGreaterThan(1_500_000);
    expect(Buffer.byteLength(kept)).toBeLessThan(1_550_000);
  });

  it.each([1, 8_191, 8_192, 8_193, 50_000])(
    'keeps a delta of %i characters that fits, all of it',
    (length) => {
      const text = new AttemptText(start({ keptText: '', base: 0 }));
      const delta = '猫'.repeat(length);
      expect(text.receiveWithin(1_500_000, delta)).toBe('go_on');
      expect(text.checkpoint.text).toBe(delta);
    },
  );
});

describe('whatever was kept, comes in, and whenever it dies', () => {
  const words = fc
    .array(
      fc.constantFrom(
        'cat ',
        'sat on the ',
        'ma',
        't. ',
        '\n',
        '\n\n- ',
        '| a |',
        '```\n',
        '猫',
        '👩‍👧',
        '\ud83d',
        'one two three ',
      ),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join(''));
  const someAttempt = fc.record({
    resume: fc.constantFrom<Resume>('none', 'prefill', 'continuation', 'restart'),
    joinUnverified: fc.boolean(),
    /** What the model says: behind the echo that is asked for, or without any. */
    echoes: fc.boolean(),
    says: words,
    /** Where the reply is cut into deltas, and after how many of them the attempt dies. */
    cuts: fc.array(fc.nat(60), { maxLength: 6 }),
    survives: fc.nat(8),
    ends: fc.boolean(),
    unreported: fc.option(fc.nat(30)),
  });
  type Some = typeof someAttempt extends fc.Arbitrary<infer T> ? T : never;

  function begun(keptText: string, some: Some) {
    const resume = keptText === '' ? 'none' : some.resume === 'none' ? 'continuation' : some.resume;
    const asked = plan({ resume, rung: { ...rungAfter(0), joinUnverified: some.joinUnverified } });
    const { cut, join } = prepareAttempt(request(), keptText, asked, resume);
    const unreportedFrom =
      some.unreported === null || some.unreported >= keptText.length ? null : some.unreported;
    const base = cut.base;
    const text = new AttemptText({
      keptText,
      base,
      restoredCharacters: cut.whiteSpace.length,
      join,
      unreportedFrom,
    });
    const anchor = join.kind === 'open' ? (join.task.anchor ?? '') : '';
    return {
      text,
      base,
      join,
      unreportedFrom,
      deltas: pieces((some.echoes ? anchor : '') + some.says, some.cuts),
    };
  }

  function pieces(reply: string, cuts: readonly number[]): string[] {
    const ends = [...new Set(cuts.filter((cut) => cut < reply.length))].toSorted((a, b) => a - b);
    return [...ends, reply.length].map((end, index) => reply.slice(ends[index - 1] ?? 0, end));
  }

  it('the kept text never shrinks, and reads as the joiner says once the new text takes effect', () => {
    fc.assert(
      fc.property(words, someAttempt, (keptText, some) => {
        const { text, base, join, unreportedFrom, deltas } = begun(keptText, some);
        const known = keptText.slice(0, unreportedFrom ?? keptText.length);
        let state: JoinState = join;
        let joined = '';
        let before = keptText;
        const check = (ended: boolean): void => {
          const now = placeCheckpoint(known, text.checkpoint, false) ?? '';
          const takesEffect = joined !== '' && (ended || base + joined.length > keptText.length);
          expect(now).toBe(takesEffect ? keptText.slice(0, base) + joined : keptText);
          if (!ended) expect(now.length).toBeGreaterThanOrEqual(before.length);
          expect(text.regeneratedCharacters).toBeGreaterThanOrEqual(0);
          expect(text.checkpoint.offset).toBeLessThanOrEqual(known.length);
          if (!takesEffect && !ended) expect(text.seam).toBeNull();
          before = now;
        };
        check(false);
        for (const delta of deltas.slice(0, some.survives)) {
          const next = joinDelta(state, delta);
          state = next.state;
          joined += next.append;
          expect(text.receive(delta)).toBe(state.kind === 'rejected' ? 'stop' : 'go_on');
          check(false);
        }
        if (!some.ends || some.survives < deltas.length) return;
        const last = joinEnd(state);
        joined += last.append;
        text.end(WHOLE);
        check(text.rejection === null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a sequence of attempts that die never takes away from the folded text', () => {
    fc.assert(
      fc.property(fc.array(someAttempt, { maxLength: 6 }), (attempts) => {
        let state = initialState(null);
        for (const some of attempts) {
          const { text, deltas } = begun(state.text, { ...some, unreported: null });
          for (const delta of deltas.slice(0, some.survives)) text.receive(delta);
          const number = state.attempts.length + 1;
          const scheduled = fold(state, { kind: 'attempt_scheduled', plan: plan({ number }) });
          const details = { checkpoint: text.checkpoint, progress: progress() };
          const told = { kind: 'attempt_reported', report: report(ENDS.stalled, details) } as const;
          const beaten = { kind: 'attempt_ended', end: ENDS.workerLost, details, at: 0 } as const;
          const next = fold(scheduled, some.ends ? told : beaten);
          expect(next.text.length).toBeGreaterThanOrEqual(state.text.length);
          expect(next.attempts.at(-1)?.keptCharacters).toBe(next.text.length);
          state = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});
