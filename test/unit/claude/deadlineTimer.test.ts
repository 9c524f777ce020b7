import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDeadlineTimer } from '../../../src/claude/deadlineTimer.ts';
import type { DeadlineTimer } from '../../../src/claude/deadlineTimer.ts';
import { afterMs } from './watching.ts';

let timer: DeadlineTimer;
afterEach(() => {
  timer.stop();
  vi.restoreAllMocks();
});

/** @returns when the deadline was said to be reached, in ms from now on */
function reached(set: (now: number) => void): Promise<number> {
  const from = performance.now();
  return new Promise((resolve) => {
    timer = createDeadlineTimer(
      () => performance.now(),
      () => resolve(performance.now() - from),
    );
    set(from);
  });
}

describe('the deadline timer', () => {
  it('is never early, and a few milliseconds late at most', async () => {
    for (let round = 0; round < 20; round += 1) {
      const at = await reached((now) => timer.moveTo(now + 10.5));
      expect(at).toBeGreaterThanOrEqual(10.5);
      expect(at).toBeLessThan(500);
    }
  });

  it('follows a deadline that moves away, without a new timer for each move', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    const at = await reached((now) => {
      for (let move = 0; move <= 1000; move += 1) timer.moveTo(now + 20 + move / 20);
    });
    expect(at).toBeGreaterThanOrEqual(70);
    // Only the timer's own: others in this process set timers too.
    const own = setTimer.mock.calls.filter(([callback]) => callback.name === 'fire');
    expect(own.length).toBeLessThan(6);
  });

  it('follows a deadline that comes nearer', async () => {
    const at = await reached((now) => {
      timer.moveTo(now + 60_000);
      timer.moveTo(now + 20);
    });
    expect(at).toBeLessThan(1000);
  });

  it('waits for a deadline longer than one timer can hold', async () => {
    let calls = 0;
    timer = createDeadlineTimer(
      () => performance.now(),
      () => (calls += 1),
    );
    timer.moveTo(performance.now() + 2 ** 33);
    timer.moveTo(Number.MAX_SAFE_INTEGER);
    await afterMs(20);
    expect(calls).toBe(0);
  });

  it('says nothing once stopped, whenever that was', async () => {
    let calls = 0;
    const now = () => performance.now();
    for (const waitMs of [0, 5, 10, 11]) {
      timer = createDeadlineTimer(now, () => (calls += 1));
      timer.moveTo(now() + 1000);
      timer.stop();
      timer.moveTo(now() + 1);
      await afterMs(waitMs);
    }
    await afterMs(20);
    expect(calls).toBe(0);
  });

  it('says nothing when it is stopped between the deadline and the reading that comes first', async () => {
    let calls = 0;
    let time = 0;
    let looks = 0;
    const timed = createDeadlineTimer(
      () => {
        // Asked when it fires, behind the deadline: stopped as soon as it has decided to read first.
        if (time === 5 && (looks += 1) === 1) queueMicrotask(() => timed.stop());
        return time;
      },
      () => (calls += 1),
    );
    timed.moveTo(5);
    time = 5;
    await vi.waitFor(() => expect(looks).toBe(1));
    await afterMs(2);
    expect(calls).toBe(0);
  });
});
