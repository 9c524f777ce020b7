import { afterEach, describe, expect, it } from 'vitest';
import { Stage, keptAllReceived, until } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

/** Nine seconds, in which a second worker starts. */
const SLOW = { characters: 18_000, charactersPerDelta: 20, deltasPerSecond: 100 };

describe.each(['claude-haiku-4-5', 'claude-sonnet-5-5'])('a worker that goes away, on %s', (model) => {
  it('by SIGTERM hands over: nothing lost, nothing regenerated, the next request begins within 2 s', async () => {
    stage = await Stage.set({ profile: SLOW });
    const first = await stage.workerProcess();
    const { id, prompt, document } = stage.request({ model });
    await stage.client.enqueue(document);
    // Now, so that it is the first worker's attempt; and no later, so that it is not over before the second one runs.
    await until(() => stage.simulator.log.length === 1, 'the first request');
    await stage.workerProcess();
    await stage.untilKept(id, 2_000);
    const stoppedAt = Date.now();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    const result = await stage.client.result(id);

    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_stopping', 'complete']);
    expect(result.attempts[0]?.regeneratedCharacters).toBe(0);
    expect((stage.simulator.log[1]?.at ?? Infinity) - stoppedAt).toBeLessThan(2_000);
    expect(keptAllReceived(result.attempts[0])).toBe(true);
    const lost = (stage.simulator.log[0]?.sentCharacters ?? 0) - (result.attempts[0]?.keptCharacters ?? 0);
    // Written by the simulator while the connection was being closed: never received.
    expect(lost).toBeLessThanOrEqual(200);
  });
});

it('50 generations at once through one worker, each cut once, are never mixed up', async () => {
  stage = await Stage.set({
    profile: {
      characters: 4_000,
      deltasPerSecond: 100,
      charactersPerDelta: 20,
      divergent: true,
      faults: [{ attempt: 1, afterCharacters: 1_500, kind: 'stall', silence: 'pings' }],
    },
    environment: { THROUGHLINE_WORKER_LOST_MS: '10000', THROUGHLINE_HEARTBEAT_MS: '500' },
  });
  await stage.worker();
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      stage.generate({ model: index % 2 === 0 ? 'claude-haiku-4-5' : 'claude-sonnet-5-5' }),
    ),
  );
  for (const { result, truth } of all) {
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.attempts).toHaveLength(2);
    expect(result.text).toBe(truth);
  }
  await until(() => stage.simulator.log.length === 100, 'every request to be logged');
});
