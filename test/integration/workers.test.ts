import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';
import { Stage, keptAllReceived, until } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const SLOW = { characters: 24_000, charactersPerDelta: 20, deltasPerSecond: 100 };
const CHARACTERS_PER_MS = 2;

describe.each(['claude-haiku-4-5', 'claude-sonnet-5-5'])('a worker that goes away, on %s', (model) => {
  it('by SIGTERM hands over: nothing lost, nothing regenerated, the next request begins within 2 s', async () => {
    stage = await Stage.set({ profile: SLOW });
    const first = await stage.workerProcess();
    const { id, prompt, document } = stage.request({ model });
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    await stage.workerProcess();
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

  it('by SIGKILL costs at most one heartbeat interval of text', async () => {
    const heartbeatMs = 1_000;
    stage = await Stage.set({
      profile: SLOW,
      environment: { THROUGHLINE_HEARTBEAT_MS: String(heartbeatMs), THROUGHLINE_WORKER_LOST_MS: '3000' },
    });
    const first = await stage.workerProcess();
    const { id, prompt, document } = stage.request({ model });
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    await stage.workerProcess();
    first.child.kill('SIGKILL');
    const result = await stage.client.result(id);

    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
    expect(result.attempts[0]?.regeneratedCharacters).toBeNull();
    const lost = (stage.simulator.log[0]?.sentCharacters ?? 0) - (result.attempts[0]?.keptCharacters ?? 0);
    expect(lost).toBeLessThanOrEqual(heartbeatMs * CHARACTERS_PER_MS);
  });
});

it.each([
  ['stops reading', { characters: 60_000, charactersPerDelta: 40 }],
  ['finds its message whole in the socket', { characters: 16_000 }],
])('a frozen worker wakes after its attempt was given up, %s, and writes nothing', async (_, profile) => {
  // Divergent: what two requests say differs, so that a word of the woken one's would show.
  stage = await Stage.set({ profile: { ...SLOW, ...profile, divergent: true } });
  const frozen = await stage.workerProcess();
  const { id, prompt, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 2_000);
  frozen.child.kill('SIGSTOP');
  await stage.workerProcess();
  await until(() => (stage.simulator.log[1]?.sentCharacters ?? 0) > 1_000, 'another worker to go on');
  frozen.child.kill('SIGCONT');
  await until(() => stage.simulator.log[0]?.endedAt != null, 'the woken request to be gone');
  const result = await stage.client.result(id);

  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text).toBe(stage.simulator.truth(prompt));
  expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
  expect(stage.simulator.log).toHaveLength(2);
});

it('the Temporal server killed in the middle and restarted on its file: byte-identical', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const program = inject('temporalProgram');
  const dbFilename = join(folder, 'temporal.db');
  const log = (): void => undefined;
  const server = await startTemporalServer({ program, port: 0, uiPort: null, dbFilename, log });
  let restarted: typeof server | null = null;
  try {
    stage = await Stage.set({ profile: SLOW, temporalAddress: server.address });
    await stage.worker();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 1_000);
    server.kill('SIGKILL');
    await server.exited;
    const port = Number(server.address.split(':').at(-1));
    const unreachable: string[] = [];
    const waiting = stage.client.result(id, { onUnreachable: (message) => unreachable.push(message) });
    restarted = await startTemporalServer({ program, port, uiPort: null, dbFilename, log });
    const result = await waiting;
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    await stage.clear();
  } finally {
    await restarted?.stop();
    await rm(folder, { recursive: true, force: true });
    // `afterEach` clears the stage; this one's server is gone already.
    stage = await Stage.set();
  }
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
