import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGates } from '../../../src/claude/gate.ts';
import type { Entry, Gates, Pass } from '../../../src/claude/gate.ts';
import { OVERLOADED } from './crowd.ts';

const realNow = performance.now.bind(performance);

let gates: Gates;
let controller: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  gates = newGates();
  controller = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
});

function newGates(mostUnderWay = 300): Gates {
  return createGates({ mostUnderWay, now: () => Date.now() });
}

function enter(longestWaitMs = Infinity, model = 'model', signal = controller.signal): Promise<Entry> {
  return gates.enter(model, { signal, longestWaitMs });
}

async function pass(model = 'model'): Promise<Pass> {
  const entry = await enter(0, model);
  if (entry.kind !== 'admitted') throw new Error(entry.kind);
  return entry;
}

const passes = (count: number) => Promise.all(Array.from({ length: count }, () => pass()));

/** Closes the gate with nothing under way. */
async function close(retryAfterMs: number, model = 'model'): Promise<void> {
  (await pass(model)).refused({ ...OVERLOADED, retryAfterMs });
}

/** What has come of it by now; null where it is still waiting. */
async function now(entry: Promise<Entry>): Promise<Entry | null> {
  return Promise.race([entry, vi.advanceTimersByTimeAsync(0).then(() => null)]);
}

const listeners = () => getEventListeners(controller.signal, 'abort').length;

describe('an open gate', () => {
  it('lets in at once, without a timer and without a listener', async () => {
    expect(await pass()).toMatchObject({ kind: 'admitted', waitedMs: 0 });
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  it('lets nobody in whose signal was aborted before', async () => {
    controller.abort();
    expect(await enter()).toEqual({ kind: 'aborted' });
  });
});

describe('a full gate', () => {
  it('gives a place that is left to who came first, and waits without a timer', async () => {
    const [first] = await passes(10);
    const [next, last] = [enter(), enter()];
    expect([await now(next), vi.getTimerCount()]).toEqual([null, 0]);
    await vi.advanceTimersByTimeAsync(700);
    first?.leave();
    expect(await now(next)).toMatchObject({ kind: 'admitted', waitedMs: 700 });
    expect([await now(last), listeners()]).toEqual([null, 1]);
  });

  it('sends away who has waited as long as allowed, with the number under way where nothing was refused', async () => {
    await passes(10);
    const waiting = [enter(1_000), enter(500), enter(2_000)];
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(await Promise.all(waiting.map(now))).toMatchObject([null, { waitedMs: 500 }, null]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await Promise.all(waiting)).toMatchObject([
      { kind: 'not_admitted', error: { kind: 'no_place' }, waitedMs: 1_000 },
      { kind: 'not_admitted' },
      {
        error: {
          message:
            'no place was free within 2000 ms: 10 requests to the model are under way from this worker',
        },
      },
    ]);
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  it('looks no more for who has waited too long when only those are left who wait for ever', async () => {
    await passes(10);
    const waiting = [enter(500), enter()];
    await vi.advanceTimersByTimeAsync(500);
    expect(await Promise.all(waiting.map(now))).toMatchObject([{ kind: 'not_admitted' }, null]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not let those wait who may not', async () => {
    await passes(10);
    expect(await enter(0)).toMatchObject({ kind: 'not_admitted', waitedMs: 0 });
  });
});

describe('a pass', () => {
  it.each<[string, (pass: Pass) => void]>([
    ['left twice', (held) => held.leave()],
    ['refused and left', (held) => held.refused({ ...OVERLOADED, retryAfterMs: 0 })],
    ['accepted twice and left twice', (held) => [held.accepted(), held.accepted(), held.leave()]],
  ])('%s gives back one place', async (_name, use) => {
    gates = newGates(2);
    const [held, other] = await passes(2);
    if (held === undefined) throw new Error('no pass');
    other?.accepted();
    use(held);
    held.leave();
    held.accepted();
    held.refused({ ...OVERLOADED, retryAfterMs: 9_000 });
    // After a refusal the window is the one that was accepted; its stretch comes 2 s later.
    await vi.advanceTimersByTimeAsync(2_000);
    await pass();
    expect(await enter(0)).toMatchObject({ kind: 'not_admitted' });
  });

  it('once accepted is not refused any more: the stream broke, which says nothing about room', async () => {
    const held = await pass();
    held.accepted();
    held.refused({ ...OVERLOADED, retryAfterMs: 9_000 });
    expect(await pass()).toMatchObject({ kind: 'admitted' });
  });
});

describe('a closed gate', () => {
  it('lets one in when the time is over, the next with its acceptance, all by one timer', async () => {
    await close(2_000);
    const waiting = Array.from({ length: 5 }, () => enter());
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await Promise.all(waiting.map(now))).toEqual([null, null, null, null, null]);
    await vi.advanceTimersByTimeAsync(1);
    const [first, second] = await Promise.all(waiting.map(now));
    expect([first, second]).toMatchObject([{ kind: 'admitted', waitedMs: 2_000 }, null]);
    if (first?.kind === 'admitted') first.accepted();
    expect(await now(waiting[1] as Promise<Entry>)).toMatchObject({ kind: 'admitted' });
  });

  it('lets nobody pass the line while its timer is late', async () => {
    await close(2_000);
    const first = enter();
    vi.setSystemTime(Date.now() + 3_000);
    const second = enter(60_000);
    expect(await now(second)).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect([await now(first), await now(second)]).toMatchObject([{ kind: 'admitted' }, null]);
  });

  it('sends away at once who would wait in vain, with the last refusal and what is left of its time', async () => {
    await close(5_000);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await enter(3_499)).toEqual({
      kind: 'not_admitted',
      error: { ...OVERLOADED, retryAfterMs: 3_500 },
      waitedMs: 0,
    });
    expect(await now(enter(3_500))).toBeNull();
  });

  it('sends away those in line whom a later refusal would make wait in vain', async () => {
    await passes(1);
    const [held] = await passes(9);
    const [short, long] = [enter(4_000), enter(60_000)];
    await vi.advanceTimersByTimeAsync(100);
    held?.refused({ ...OVERLOADED, retryAfterMs: 30_000 });
    expect(await now(short)).toMatchObject({ error: { retryAfterMs: 30_000 }, waitedMs: 100 });
    expect(await now(long)).toBeNull();
  });

  it('has no time left to tell once its closure is over and no place is free', async () => {
    await close(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await pass();
    expect(await enter(0)).toEqual({ kind: 'not_admitted', error: OVERLOADED, waitedMs: 0 });
  });

  it('waits for a time longer than one timer can hold', async () => {
    await close(2 ** 31 + 5_000);
    const waiting = enter();
    await vi.advanceTimersByTimeAsync(2 ** 31);
    expect(await now(waiting)).toBeNull();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await now(waiting)).toMatchObject({ kind: 'admitted' });
  });

  it('for one model is none for another', async () => {
    await close(5_000, 'one');
    expect(await enter(0, 'other')).toMatchObject({ kind: 'admitted' });
    expect(await enter(0, 'one')).toMatchObject({ kind: 'not_admitted' });
  });
});

describe('an abort', () => {
  it('ends the wait at once, and leaves neither timer nor listener nor place behind', async () => {
    await close(2_000);
    const waiting = enter();
    controller.abort();
    expect(await waiting).toEqual({ kind: 'aborted' });
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await enter(0, 'model', new AbortController().signal)).toMatchObject({ kind: 'admitted' });
  });

  it('of one who was let in changes nothing', async () => {
    await close(1_000);
    const waiting = enter();
    await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    expect(await waiting).toMatchObject({ kind: 'admitted' });
  });
});

describe('a model that nobody asks', () => {
  it('is forgotten: its gate begins anew, at once or ten minutes after its last closure', async () => {
    for (const held of await passes(10)) {
      held.accepted();
      held.leave();
    }
    await passes(10);
    expect(await enter(0)).toMatchObject({ error: { kind: 'no_place' } });

    await close(1_000, 'refused');
    await vi.advanceTimersByTimeAsync(600_999);
    await pass('refused').then((held) => held.leave());
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all(Array.from({ length: 10 }, () => pass('refused')));
  });

  it('is not kept: of a thousand names none is looked at again', async () => {
    const clock = vi.fn<() => number>(() => Date.now());
    gates = createGates({ mostUnderWay: 10, now: clock });
    for (let name = 0; name < 1_000; name += 1) (await pass(`model-${name}`)).leave();
    clock.mockClear();
    await pass('one more');
    expect(clock.mock.calls.length).toBeLessThan(5);
  });
});

describe('the process', () => {
  it('is not kept alive by a line', async () => {
    vi.useRealTimers();
    gates = createGates({ mostUnderWay: 10 });
    await close(60_000);
    const referenced = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = referenced();
    void enter(120_000);
    expect(referenced()).toBe(before);
    controller.abort();
  });

  it('has 20,000 stand in one line, half of whom it sends away, in a moment', async () => {
    await passes(10);
    const from = realNow();
    const controllers = Array.from({ length: 10_000 }, () => new AbortController());
    const waiting = controllers.flatMap(({ signal }, index) => [
      enter(Infinity, 'model', signal),
      enter(1_000 + index, 'model', signal),
    ]);
    await vi.advanceTimersByTimeAsync(11_050);
    for (const each of controllers) each.abort();
    const kinds = (await Promise.all(waiting)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'not_admitted')).toHaveLength(10_000);
    expect(realNow() - from).toBeLessThan(8_000);
  });
});
