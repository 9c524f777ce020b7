/** What an operator may do to a generation in the Temporal UI: pause an attempt, reset it, reset the workflow. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { Stage, keptAllReceived, until } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const SLOW = { characters: 12_000, charactersPerDelta: 20, deltasPerSecond: 200 };

/** By the server's own program, as the UI does it. */
async function temporal(...args: string[]): Promise<void> {
  await promisify(execFile)(inject('temporalProgram').path, [
    ...args,
    '--address',
    inject('temporalAddress'),
  ]);
}

async function activityOf(id: string): Promise<string> {
  const { raw } = await stage.client.temporal.workflow.getHandle(id).describe();
  return raw.pendingActivities?.[0]?.activityId ?? '';
}

describe.each(['claude-haiku-4-5', 'claude-sonnet-5-5'])('an operator, on %s', (model) => {
  it('pauses an attempt: it stands still, and unpaused goes on from its text', async () => {
    stage = await Stage.set({ profile: SLOW });
    await stage.worker();
    const { id, prompt, document } = stage.request({ model });
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    const activity = ['-w', id, '-a', await activityOf(id)];
    await temporal('activity', 'pause', ...activity);
    await until(() => stage.simulator.log[0]?.clientGoneAt != null, 'the request to be gone');
    await until(async () => (await stage.client.read(id)).status === 'paused', 'the generation to be paused');
    expect((await stage.client.read(id)).text.length).toBeGreaterThanOrEqual(2_000);
    await temporal('activity', 'unpause', ...activity);
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(stage.simulator.log).toHaveLength(2);
  });

  it('resets an attempt: its text is kept, the next one goes on', async () => {
    stage = await Stage.set({ profile: SLOW });
    await stage.worker();
    const { id, prompt, document } = stage.request({ model });
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    await temporal('activity', 'reset', '-w', id, '-a', await activityOf(id));
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(stage.simulator.log.length).toBeLessThanOrEqual(2);
  });
});

it('an attempt that was paused for a while still ends itself before its budget does, and loses nothing', async () => {
  stage = await Stage.set({ profile: { ...SLOW, characters: 40_000 } });
  await stage.worker();
  const { id, prompt, document } = stage.request({ limits: { totalMs: 8_000 } });
  await stage.client.enqueue(document);
  await stage.untilKept(id, 1_000);
  const activity = ['-w', id, '-a', await activityOf(id)];
  await temporal('activity', 'pause', ...activity);
  await until(() => stage.simulator.log[0]?.clientGoneAt != null, 'the request to be gone');
  const pausedAt = Date.now();
  await until(() => Date.now() - pausedAt > 2_000, 'the pause to have lasted');
  await temporal('activity', 'unpause', ...activity);
  const result = await stage.client.result(id);
  expect(result).toMatchObject({ status: 'timed_out', attempts: [{ outcome: 'budget_spent' }] });
  expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
  await until(() => stage.simulator.log[1]?.clientGoneAt != null, 'the second request to be gone');
  const gone = stage.simulator.log[1]?.clientGoneAt ?? Infinity;
  // By its own hand: a worker that waits for the server's word learns of the end behind it.
  expect(gone).toBeLessThan(Date.parse(result.enqueuedAt) + 8_000);
  const sent = stage.simulator.log.reduce((sum, { continuation }) => sum + continuation.length, 0);
  expect(sent - result.text.length).toBeLessThanOrEqual(2 * 200);
});

describe('an operator, on a whole workflow', () => {
  it.each(['FirstWorkflowTask', 'LastWorkflowTask'])(
    'resets it to the %s: what came is kept',
    async (type) => {
      stage = await Stage.set({ profile: { ...SLOW, characters: 20_000 } });
      await stage.worker();
      const { id, prompt, document } = stage.request();
      await stage.client.enqueue(document);
      const kept = await stage.untilKept(id, 8_000);
      await temporal('workflow', 'reset', '-w', id, '--type', type, '--reason', 'test');
      const result = await stage.client.result(id);
      expect(result).toMatchObject({ status: 'complete', verified: true });
      expect(result.text).toBe(stage.simulator.truth(prompt));
      // All but what no chunk had brought yet, that is seven beats; and the new run asks for the rest alone.
      expect(stage.simulator.log).toHaveLength(2);
      expect(kept.text.length - (stage.simulator.log[1]?.partial.length ?? 0)).toBeLessThan(4_000);
    },
  );

  it.each([
    ['completes', ['complete', '--result', '"done"']],
    ['fails', ['fail', '--reason', 'by hand']],
  ])('%s its attempt by hand: that is no end of the text, and the next one goes on', async (_, command) => {
    stage = await Stage.set({ profile: SLOW });
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 4_000);
    await temporal('activity', ...command, '-w', id, '-a', await activityOf(id));
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    // Its worker learns of it and hands over what it has.
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
    expect(keptAllReceived(result.attempts[0])).toBe(true);
  });

  it('cancels it while its attempt is paused: what came is kept', async () => {
    stage = await Stage.set({ profile: SLOW });
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    await temporal('activity', 'pause', '-w', id, '-a', await activityOf(id));
    await until(() => stage.simulator.log[0]?.clientGoneAt != null, 'the request to be gone');
    await stage.client.cancel(id);
    const result = await stage.client.result(id);
    expect(result.status).toBe('cancelled');
    expect(keptAllReceived(result.attempts[0])).toBe(true);
    expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
  });
});

it('an operator resets a workflow whose budget was spent: it makes attempts again', async () => {
  stage = await Stage.set({ profile: { ...SLOW, deltasPerSecond: 100 } });
  await stage.worker();
  const { id, prompt, document } = stage.request({ limits: { totalMs: 4_000 } });
  await stage.client.enqueue(document);
  expect((await stage.client.result(id)).status).toBe('timed_out');
  await temporal('workflow', 'reset', '-w', id, '--type', 'LastWorkflowTask', '--reason', 'test');
  const result = await stage.client.result(id);
  // A new budget of four seconds, and what came in the first is not lost.
  expect(result.attempts.length).toBeGreaterThanOrEqual(2);
  expect(stage.simulator.truth(prompt).startsWith(result.text)).toBe(true);
  expect(result.text.length).toBeGreaterThan(8_000);
});
