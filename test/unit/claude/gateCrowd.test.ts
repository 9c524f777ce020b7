import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGates } from '../../../src/claude/gate.ts';
import type { Entry, Pass } from '../../../src/claude/gate.ts';
import type { Endpoint } from './crowd.ts';
import { OVERLOADED, sendCrowd } from './crowd.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMITED: Endpoint = {
  hasRoom: (_atMs, busyWith) => busyWith < 20,
  retryAfterMs: 2_000,
  headersAfterMs: 200,
  streamMs: spreadAround(30_000),
};

/** From half to one and a half of it, each index its own. */
function spreadAround(ms: number): (index: number) => number {
  return (index) => ms * (0.5 + ((index * 7_919) % 100) / 100);
}

/** What an endpoint with so many places takes for the crowd when none is ever empty and nobody is refused. */
function idealMs(size: number, places: number, { headersAfterMs, streamMs }: Endpoint): number {
  const freeAt = Array.from({ length: places }, () => 0);
  for (let index = 0; index < size; index += 1) {
    const next = freeAt.indexOf(Math.min(...freeAt));
    freeAt[next] = (freeAt[next] ?? 0) + headersAfterMs + streamMs(index);
  }
  return Math.max(...freeAt);
}

/** A limit of requests by the minute, whose measure is full at first. */
function byTheMinute(count: number): Endpoint['hasRoom'] {
  return (atMs, _busyWith, taken) => taken < count + (atMs / 60_000) * count;
}

describe('a crowd before an endpoint with a limit', () => {
  it.each([5_000, 30_000, 120_000])(
    'of 20 at once: 200 texts of about %i ms complete, at 0.2 refusals each and less, in little more than the ideal',
    async (ms) => {
      const endpoint = { ...LIMITED, streamMs: spreadAround(ms) };
      const figures = await sendCrowd(200, endpoint);
      const overIdeal = figures.totalMs / idealMs(200, 20, endpoint);
      expect(figures.completed).toBe(200);
      expect(figures.refused / figures.completed).toBeLessThan(0.2);
      expect(overIdeal).toBeLessThan(1.15);
    },
  );

  it('of 3 at once: each refusal is one in few, so the limit is asked about less often', async () => {
    const endpoint: Endpoint = { ...LIMITED, hasRoom: (_atMs, busyWith) => busyWith < 3 };
    const figures = await sendCrowd(60, endpoint);
    expect(figures.completed).toBe(60);
    expect(figures.refused / figures.completed).toBeLessThan(0.5);
    expect(figures.totalMs / idealMs(60, 3, endpoint)).toBeLessThan(1.15);
  });

  it('of 50 a minute is not held to the number that streamed when it was first refused', async () => {
    const endpoint = { ...LIMITED, hasRoom: byTheMinute(50), streamMs: spreadAround(180_000) };
    const figures = await sendCrowd(300, endpoint);
    expect(figures).toMatchObject({ completed: 300 });
    expect(figures.refused / figures.completed).toBeLessThan(0.3);
    expect(figures.mostUnderWay).toBeGreaterThan(130);
    // The last is taken after five minutes, and the longest text is one of four and a half.
    expect(figures.totalMs).toBeLessThan(570_000 * 1.1);
  });
});

describe('a crowd before an endpoint that was away', () => {
  it.each([null, 2_000])(
    'for a minute is through soon after, with few who asked in vain (retry-after: %s)',
    async (retryAfterMs) => {
      const hasRoom: Endpoint['hasRoom'] = (atMs) => atMs > 60_000;
      const figures = await sendCrowd(300, { ...LIMITED, hasRoom, retryAfterMs });
      expect(figures.completed).toBe(300);
      expect(figures.refused).toBeLessThan(45);
      expect(figures.mostUnderWay).toBe(300);
      expect(figures.totalMs).toBeLessThan(60_000 + 45_000 + 10_000);
    },
  );
});

const someAction = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('enter' as const), longestWaitMs: fc.nat(20_000) }),
  },
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(5_000) }),
  fc.record({
    kind: fc.constantFrom('accept' as const, 'leave' as const, 'abort' as const),
    which: fc.nat(50),
  }),
  fc.record({ kind: fc.constant('refuse' as const), which: fc.nat(50), retryAfterMs: fc.nat(10_000) }),
);

interface Settled {
  number: number;
  longestWaitMs: number;
  waitedMs: number;
  entry: Entry;
  /** Who of those that still waited then had come first. */
  firstWaiting: number;
}

describe('a line, whatever happens', () => {
  it('keeps its order, keeps its times, and ends for everybody, with nothing left behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someAction, { minLength: 20, maxLength: 120 }), async (actions) => {
        const gates = createGates({ mostUnderWay: 12, now: () => Date.now() });
        const controllers: AbortController[] = [];
        const waiting = new Set<number>();
        const held: Pass[] = [];
        const settled: Settled[] = [];
        const enter = (number: number, longestWaitMs: number): void => {
          const enteredAt = Date.now();
          const controller = new AbortController();
          controllers.push(controller);
          waiting.add(number);
          void gates.enter('model', { signal: controller.signal, longestWaitMs }).then((entry) => {
            waiting.delete(number);
            if (entry.kind === 'admitted') held.push(entry);
            const [firstWaiting = Infinity] = waiting;
            settled.push({ number, longestWaitMs, waitedMs: Date.now() - enteredAt, entry, firstWaiting });
          });
        };
        for (const [number, action] of actions.entries()) {
          if (action.kind === 'enter') enter(number, action.longestWaitMs);
          else if (action.kind === 'wait') await vi.advanceTimersByTimeAsync(action.ms);
          else if (action.kind === 'abort') controllers.at(action.which)?.abort();
          else if (action.kind === 'accept') held.at(action.which)?.accepted();
          else if (action.kind === 'refuse')
            held.at(action.which)?.refused({ ...OVERLOADED, retryAfterMs: action.retryAfterMs });
          else held.splice(action.which, 1)[0]?.leave();
          await vi.advanceTimersByTimeAsync(0);
        }
        for (let round = 0; round < 200 && waiting.size > 0; round += 1) {
          for (const pass of held.splice(0)) pass.leave();
          await vi.advanceTimersByTimeAsync(500);
        }
        expect(waiting.size).toBe(0);
        for (const { number, longestWaitMs, waitedMs, entry, firstWaiting } of settled) {
          if (entry.kind === 'aborted') continue;
          if (entry.kind === 'admitted') expect(firstWaiting).toBeGreaterThan(number);
          expect(entry.waitedMs).toBe(waitedMs);
          expect(waitedMs).toBeLessThanOrEqual(longestWaitMs + 50);
        }
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
