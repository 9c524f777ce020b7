/** Temporal away in the midst of streams: for longer than a worker may be silent, and across the end of a message. */
import { expect, inject, it, onTestFinished } from 'vitest';
import { AWAY_MS, Outage } from './outage.ts';
import { startPartition } from './partition.ts';
import { Stage, keptAllReceived, until } from './stage.ts';

it('away for longer than a worker may be silent: 20 streams are read on, and nothing is regenerated', async () => {
  const characters = 16_000 + 2 * AWAY_MS;
  const outage = await Outage.set({ characters, charactersPerDelta: 20, deltasPerSecond: 100 });
  const { stage } = outage;
  await stage.worker();
  const all = Array.from({ length: 20 }, (_, index) =>
    stage.request({
      model: index % 2 === 0 ? 'claude-haiku-4-5' : 'claude-sonnet-5-5',
      limits: { totalMs: 180_000 },
    }),
  );
  await Promise.all(all.map(({ document }) => stage.client.enqueue(document)));
  await Promise.all(all.map(({ id }) => stage.untilKept(id, 1_000)));
  await outage.strike(AWAY_MS);
  const results = await Promise.all(all.map(({ id }) => stage.client.result(id)));

  for (const [index, result] of results.entries()) {
    const { prompt } = all[index] ?? { prompt: '' };
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    // A heartbeat that comes before the server looks at its timers saves the attempt.
    const outcomes = result.attempts.map(({ outcome }) => outcome);
    expect(outcomes.at(-1)).toBe('complete');
    if (outcomes.length === 1) continue;
    expect(outcomes).toEqual(['worker_lost', 'complete']);
    // Every character that had been read when the server said that it had given the attempt up.
    expect(keptAllReceived(result.attempts[0])).toBe(true);
  }
  expect(results.some(({ attempts }) => attempts.length === 2)).toBe(true);
  // One request each, and one more where the attempt was given up: nothing was asked for twice.
  expect(stage.simulator.log.length).toBe(results.flatMap(({ attempts }) => attempts).length);
}, 240_000);

it('cut off without a word for as long: the stream is read on, and nothing is regenerated', async () => {
  const partition = await startPartition(inject('temporalAddress'));
  const stage = await Stage.set({
    profile: { characters: 16_000 + 2 * AWAY_MS, charactersPerDelta: 20, deltasPerSecond: 100 },
  });
  onTestFinished(async () => {
    await stage.clear();
    partition.close();
  });
  await stage.worker({ TEMPORAL_ADDRESS: partition.address });
  const { id, prompt, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 1_000);
  partition.swallow(true);
  const cutOffAt = Date.now();
  await until(() => Date.now() - cutOffAt >= AWAY_MS, 'the partition to have lasted', 2 * AWAY_MS);
  expect(stage.simulator.log[0]?.clientGoneAt).toBeNull();
  partition.swallow(false);
  const result = await stage.client.result(id);
  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text).toBe(stage.simulator.truth(prompt));
  expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
  expect(keptAllReceived(result.attempts[0])).toBe(true);
});

it.each([
  ['a while into it', 4_000],
  ['before anybody can know of it', 2_000],
])(
  'away while the message ends, %s: its end is handed over, and nobody asks for more',
  async (_, characters) => {
    const outage = await Outage.set({ characters, charactersPerDelta: 20, deltasPerSecond: 100 });
    const { stage } = outage;
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 500);
    const back = outage.strike(AWAY_MS);
    await until(() => stage.simulator.log[0]?.ended === 'whole', 'the message to end');
    await back;
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['complete']);
    expect(stage.simulator.log).toHaveLength(1);
  },
);

it('away while workers are stopped, soon and late: each hands its text over first, and the next worker goes on', async () => {
  const outage = await Outage.set({ characters: 24_000, charactersPerDelta: 20, deltasPerSecond: 100 });
  const { stage } = outage;
  const oneEach = { THROUGHLINE_MAX_CONCURRENT: '1' };
  const workers = [await stage.workerProcess(oneEach), await stage.workerProcess(oneEach)];
  const all = [stage.request(), stage.request()];
  await Promise.all(all.map(({ document }) => stage.client.enqueue(document)));
  await Promise.all(all.map(({ id }) => stage.untilKept(id, 500)));
  const awayAt = Date.now();
  const back = outage.strike(11_000);
  // The second one when Core has given its attempt up, of which it tells once only.
  for (const [index, afterMs] of [4_000, 10_000].entries()) {
    await until(() => Date.now() > awayAt + afterMs, 'the time to stop a worker');
    workers[index]?.child.kill('SIGTERM');
  }
  await back;
  await stage.worker();
  for (const { id, prompt } of all) {
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_stopping', 'complete']);
    expect(keptAllReceived(result.attempts[0])).toBe(true);
  }
  expect(await Promise.all(workers.map(({ exited }) => exited))).toEqual([0, 0]);
});

it('back before a worker counts as lost: what is received is safe again at once, and stays so', async () => {
  const profile = { characters: 26_000, charactersPerDelta: 20, deltasPerSecond: 100 };
  const outage = await Outage.set(profile, 30_000);
  const { stage } = outage;
  await stage.worker();
  const { id, prompt, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 500);
  // Long enough for a pause of Core's that lasts seconds more.
  await outage.strike(6_000);
  const backAt = Date.now();
  let mostUnsafe = 0;
  await until(async () => {
    const sent = stage.simulator.log[0]?.sentCharacters ?? 0;
    const { text } = await stage.client.read(id);
    if (Date.now() - backAt > 1_000) mostUnsafe = Math.max(mostUnsafe, sent - text.length);
    return Date.now() - backAt > 4_000;
  }, 'four seconds to pass');
  // At 2,000 characters a second and a heartbeat every 250 ms: a second's.
  expect(mostUnsafe).toBeLessThan(2_000);
  const result = await stage.client.result(id);
  expect(result.text).toBe(stage.simulator.truth(prompt));
  expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['complete']);
});

it('killed and started again at once: byte-identical, and nobody who waits gives up', async () => {
  const outage = await Outage.set({ characters: 8_000, charactersPerDelta: 20, deltasPerSecond: 100 });
  const { stage } = outage;
  await stage.worker();
  const { id, prompt, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 1_000);
  const waiting = stage.client.result(id);
  await outage.strike(0);
  const result = await waiting;
  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text).toBe(stage.simulator.truth(prompt));
});
