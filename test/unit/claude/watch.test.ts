import { describe, expect, it } from 'vitest';
import { advanceWatch, checkWatch, gapSoFar, startWatch } from '../../../src/claude/watch.ts';
import type { Watch, WatchSignal } from '../../../src/claude/watch.ts';

const LIMITS = { connectMs: 10, firstTokenMs: 200, thinkingMs: 3000, interTokenMs: 400 };
const TEXT_BLOCK: WatchSignal = { kind: 'block_opened', thinking: false };
const THINKING_BLOCK: WatchSignal = { kind: 'block_opened', thinking: true };

/** Signals at the times given, beginning at 1000. */
function watchOf(...signals: [number, WatchSignal | WatchSignal['kind']][]): Watch {
  return signals.reduce<Watch>((watch, [at, signal]) => {
    const whole = typeof signal === 'string' ? ({ kind: signal } as WatchSignal) : signal;
    return advanceWatch(watch, whole, 1000 + at);
  }, startWatch(1000));
}
const silentFor = (watch: Watch, ms: number) => checkWatch(watch, LIMITS, watch.silentSince + ms);

describe('the phase', () => {
  it.each<[string, (WatchSignal | WatchSignal['kind'])[], Watch['phase'], number]>([
    ['before the headers', [], 'connect', 10],
    ['after the headers', ['headers'], 'first_token', 200],
    ['in a text block without text', ['headers', TEXT_BLOCK], 'first_token', 200],
    ['in a thinking block without thoughts', ['headers', THINKING_BLOCK], 'thinking', 3000],
    ['after a thought', ['headers', THINKING_BLOCK, 'thinking'], 'thinking', 3000],
    ['after a signature', ['headers', THINKING_BLOCK, 'other_content'], 'thinking', 3000],
    ['after text', ['headers', TEXT_BLOCK, 'text'], 'inter_token', 400],
    ['after a citation in a text', ['headers', TEXT_BLOCK, 'text', 'other_content'], 'inter_token', 400],
    ['between blocks', ['headers', TEXT_BLOCK, 'text', 'block_closed'], 'thinking', 3000],
    ['in the next text block', ['headers', TEXT_BLOCK, 'text', 'block_closed', TEXT_BLOCK], 'thinking', 3000],
    ['in its text', ['headers', TEXT_BLOCK, 'text', 'block_closed', TEXT_BLOCK, 'text'], 'inter_token', 400],
    ['while a tool writes', ['headers', TEXT_BLOCK, 'other_content'], 'thinking', 3000],
  ])(
    '%s is %s: silence up to the limit is waited out, then it is a stall',
    (_name, signals, phase, limit) => {
      const watch = watchOf(...signals.map((signal, at): [number, typeof signal] => [at, signal]));
      expect(watch.phase).toBe(phase);
      expect(silentFor(watch, limit - 1)).toEqual({ kind: 'wait', inMs: 1 });
      expect(silentFor(watch, limit)).toEqual({
        kind: 'stalled',
        phase,
        silence: 'no_bytes',
        silentMs: limit,
      });
    },
  );

  it('after a stop reason is closing: 2 s of silence end the message', () => {
    const watch = watchOf([0, 'headers'], [1, 'text'], [2, 'stop_reason']);
    expect(silentFor(watch, 1999)).toEqual({ kind: 'wait', inMs: 1 });
    expect(silentFor(watch, 2000)).toEqual({ kind: 'closed' });
  });
});

describe('the silence', () => {
  it.each<[string, [number, WatchSignal['kind']][], string]>([
    ['comments alone', [[2, 'comment']], 'comments_only'],
    [
      'one ping among comments',
      [
        [2, 'comment'],
        [3, 'ping'],
        [4, 'comment'],
      ],
      'pings_only',
    ],
    ['the beginning of an event, at once', [[2, 'unfinished']], 'no_bytes'],
    ['bytes of an event, later', [[200, 'unfinished']], 'pings_only'],
    [
      'a comment in two pieces',
      [
        [200, 'unfinished'],
        [201, 'comment'],
      ],
      'comments_only',
    ],
  ])('with %s', (_name, signals, silence) => {
    const watch = watchOf([0, 'headers'], [1, 'text'], ...signals);
    expect(watch.silentSince).toBe(1001);
    expect(silentFor(watch, 400)).toMatchObject({ kind: 'stalled', silence });
  });

  it('forgets with each content what there was before', () => {
    const watch = watchOf([0, 'headers'], [1, 'ping'], [2, 'comment'], [200, 'unfinished'], [201, 'text']);
    expect(silentFor(watch, 400)).toMatchObject({ silence: 'no_bytes' });
  });
});

describe('the figures', () => {
  it('the longest gap begins with the first token, and a stall is a gap too', () => {
    const watch = watchOf(
      [0, 'headers'],
      [100, TEXT_BLOCK],
      [150, 'text'],
      [180, 'text'],
      [190, 'ping'],
      [200, 'text'],
    );
    expect(watch.longestGapMs).toBe(30);
    expect(gapSoFar(watch, 1600)).toBe(400);
    expect(gapSoFar(watchOf([0, 'headers'], [100, TEXT_BLOCK]), 1300)).toBeNull();
  });

  it('the first token is counted from sending the request, thoughts included', () => {
    const watch = watchOf([50, 'headers'], [60, THINKING_BLOCK], [90, 'thinking'], [100, 'text']);
    expect((watch.firstTokenAt ?? 0) - watch.sentAt).toBe(90);
  });

  it('a ping is no content', () => {
    const watch = watchOf([0, 'headers'], [10, 'text'], [20, 'ping'], [30, 'comment'], [300, 'unfinished']);
    expect(watch.lastContentAt).toBe(1010);
  });
});
