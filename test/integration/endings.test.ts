import { afterEach, describe, expect, it } from 'vitest';
import { Stage, keptAllReceived, until } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

/** About 2,000 characters a second: there is time to do something to it. */
const SLOW = { characters: 30_000, charactersPerDelta: 20, deltasPerSecond: 100 };

describe('a generation that is ended', () => {
  it('by cancel: the request is gone within 3 s and the text kept to the last delta', async () => {
    // Between two heartbeats 1,500 characters come: what is kept came by another way.
    stage = await Stage.set({
      profile: SLOW,
      environment: { THROUGHLINE_HEARTBEAT_MS: '1000', THROUGHLINE_WORKER_LOST_MS: '10000' },
    });
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 1_000);
    const cancelledAt = Date.now();
    await stage.client.cancel(id);
    const result = await stage.client.result(id);

    expect(result).toMatchObject({ status: 'cancelled', complete: false });
    expect(keptAllReceived(result.attempts[0])).toBe(true);
    expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
    await until(() => stage.simulator.log[0]?.clientGoneAt != null, 'the request to be gone');
    expect((stage.simulator.log[0]?.clientGoneAt ?? Infinity) - cancelledAt).toBeLessThan(3_000);
    // What the simulator wrote until it saw that the client had gone, nobody received.
    expect((stage.simulator.log[0]?.sentCharacters ?? 0) - result.text.length).toBeLessThanOrEqual(400);

    const retried = await stage.client.retry(id);
    expect(retried.id).toBe(id);
    const whole = await stage.client.result(id);
    expect(whole).toMatchObject({ status: 'complete', verified: true });
    expect(whole.text).toBe(stage.simulator.truth(prompt));
    expect(whole.attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'complete']);
    expect(whole.attempts[1]?.resume).toBe('continuation');
  });

  it('by its budget: timed_out, an exact prefix, readable with no worker, and retry goes on', async () => {
    stage = await Stage.set({ profile: SLOW });
    const stop = await stage.worker();
    const { id, prompt, document } = stage.request({ limits: { totalMs: 4_000 } });
    await stage.client.enqueue(document);
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'timed_out', complete: false });
    await until(() => stage.simulator.log[0]?.clientGoneAt != null, 'the request to be gone');
    expect(
      (stage.simulator.log[0]?.clientGoneAt ?? Infinity) - Date.parse(result.endedAt ?? ''),
    ).toBeLessThan(3_000);
    await stop();

    const read = await stage.client.read(id);
    expect(read.text).toBe(result.text);
    expect(read.text.length).toBeGreaterThan(1_000);
    expect(stage.simulator.truth(prompt).startsWith(read.text)).toBe(true);

    await stage.client.retry(id, { limits: { totalMs: 60_000 } });
    await stage.worker();
    const whole = await stage.client.result(id);
    expect(whole.status).toBe('complete');
    expect(whole.text).toBe(stage.simulator.truth(prompt));
  });

  it.each([600_000, -600_000])(
    'by its budget, on a worker whose clock jumps by %i ms: at the same moment, exact',
    async (jumpMs) => {
      stage = await Stage.set({ profile: SLOW });
      const clock = `let jumpMs = 0; process.on('SIGUSR2', () => { jumpMs = ${jumpMs}; });
        const now = Date.now;
        globalThis.Date = class extends Date {
          static now() { return now() + jumpMs; }
          constructor(...given) { if (given.length > 0) super(...given); else super(now() + jumpMs); }
        }`;
      const { child } = await stage.workerProcess({
        NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(clock)}"`,
      });
      child.kill('SIGUSR2');
      const { id, prompt, document } = stage.request({ limits: { totalMs: 5_000 } });
      await stage.client.enqueue(document);
      const result = await stage.client.result(id);
      expect(result.status).toBe('timed_out');
      expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['budget_spent']);
      expect(keptAllReceived(result.attempts[0])).toBe(true);
      expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
      const lastedMs = Date.parse(result.endedAt ?? '') - Date.parse(result.enqueuedAt);
      expect(lastedMs).toBeGreaterThan(4_500);
      expect(lastedMs).toBeLessThan(7_000);
    },
  );

  it('by a 401: failed after one attempt; with the right key, retry goes on', async () => {
    stage = await Stage.set({ profile: { characters: 3_000, deltasPerSecond: 1_000, apiKeys: ['right'] } });
    const stop = await stage.worker({ ANTHROPIC_API_KEY: 'wrong' });
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    const failed = await stage.client.result(id);
    expect(failed).toMatchObject({ status: 'failed', error: { kind: 'authentication_error', status: 401 } });
    expect(failed.attempts).toHaveLength(1);
    await stop();

    await stage.worker({ ANTHROPIC_API_KEY: 'right' });
    await stage.client.retry(id);
    const whole = await stage.client.result(id);
    expect(whole.status).toBe('complete');
    expect(whole.text).toBe(stage.simulator.truth(prompt));

    // The failed run is history: nobody is to retry it again.
    const listed = async (status: 'failed' | 'complete') =>
      (await stage.client.list({ status })).filter((row) => row.id === id).length;
    await until(async () => (await listed('complete')) === 1, 'the visibility store to know of the end');
    expect(await listed('failed')).toBe(0);
  });

  it('by an operator who terminates it: failed, terminated, the last checkpoint kept', async () => {
    stage = await Stage.set({ profile: SLOW });
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    const kept = await stage.untilKept(id, 1_000);
    await stage.client.temporal.workflow.getHandle(id).terminate('by hand');
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'failed', error: { kind: 'terminated' } });
    expect(result.text.length).toBeGreaterThanOrEqual(kept.text.length);
    expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
  });
});

it('a workflow of this type that was started by hand, with something else, fails at once, with advice', async () => {
  stage = await Stage.set();
  await stage.worker();
  const { id } = stage.request();
  const { workflow } = stage.client.temporal;
  const options = { workflowId: id, taskQueue: stage.environment['THROUGHLINE_TASK_QUEUE'] ?? '' };
  const handle = await workflow.start('generation', { ...options, args: [{ request: 'Write about it.' }] });
  const advice = /started by hand.*`throughline enqueue`/;
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: expect.stringMatching(advice) } });
  await expect(stage.client.status(id)).rejects.toThrow(advice);
  const isKnown = async (): Promise<boolean> => (await workflow.count(`WorkflowId = '${id}'`)).count === 1;
  await until(isKnown, 'the visibility store to know of it');
  expect((await stage.client.list({})).filter((row) => row.id === id)).toEqual([]);
});

describe('enqueue', () => {
  it('of the same id and request joins, five at once, and of another request is refused', async () => {
    stage = await Stage.set({ profile: { characters: 500, deltasPerSecond: 0 } });
    const { id, document } = stage.request();
    const enqueued = await Promise.all(Array.from({ length: 5 }, () => stage.client.enqueue(document)));
    expect(enqueued.filter(({ joined }) => !joined)).toHaveLength(1);
    await stage.worker();
    await stage.client.result(id);
    expect(await stage.client.enqueue({ ...document, limits: {} })).toEqual({
      id,
      status: 'complete',
      joined: true,
    });
    await expect(stage.client.enqueue({ ...document, maxTotalTokens: 9_000 })).rejects.toThrow(
      /in use for another request/,
    );
    expect(stage.simulator.log).toHaveLength(1);
  });

  it('without a worker it is queued; follow shows only text that stays, to the last character', async () => {
    stage = await Stage.set({
      profile: {
        characters: 8_000,
        deltasPerSecond: 500,
        faults: [{ attempt: 1, afterCharacters: 3_000, kind: 'reset' }],
      },
    });
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    expect((await stage.client.read(id)).status).toBe('queued');
    await stage.worker();
    let shown = '';
    const following = stage.client.follow(id, { pollMs: 50 });
    for await (const event of following) if (event.kind === 'text') shown += event.text;
    expect(shown).toBe(stage.simulator.truth(prompt));
  });
});
