/** Not a test of the suite: `npm run record-histories` plays each kind of generation and writes its history here. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, inject, it } from 'vitest';
import { AWAY_MS, Outage } from '../integration/outage.ts';
import { Stage } from '../integration/stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const SLOW = { characters: 4_000, charactersPerDelta: 40, deltasPerSecond: 25 };

async function record(name: string, id: string, address = inject('temporalAddress')): Promise<void> {
  // By the server's own program: the SDK's writer of JSON histories does not run under ES modules.
  const show = ['workflow', 'show', '--workflow-id', id, '--output', 'json', '--address', address];
  const { stdout } = await promisify(execFile)(inject('temporalProgram').path, show, { maxBuffer: 1e8 });
  await writeFile(fileURLToPath(new URL(`./${name}.json`, import.meta.url)), stdout);
}

it('stall', async () => {
  stage = await Stage.set({
    profile: {
      ...SLOW,
      deltasPerSecond: 0,
      faults: [{ attempt: 1, afterCharacters: 1_000, kind: 'stall', silence: 'pings' }],
    },
  });
  await stage.worker();
  const { result } = await stage.generate();
  expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['stalled', 'complete']);
  await record('stall', result.id);
});

it.each([
  ['worker-lost', 'SIGKILL', 'worker_lost'],
  ['worker-stopping', 'SIGTERM', 'worker_stopping'],
] as const)('%s', async (name, signal, outcome) => {
  stage = await Stage.set({ profile: SLOW });
  const first = await stage.workerProcess();
  const { id, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 1_000);
  await stage.workerProcess();
  first.child.kill(signal);
  const result = await stage.client.result(id);
  expect(result.attempts.map((attempt) => attempt.outcome)).toEqual([outcome, 'complete']);
  await record(name, id);
});

it('budget', async () => {
  stage = await Stage.set({ profile: SLOW });
  await stage.worker();
  const { result } = await stage.generate({ limits: { totalMs: 3_000 } });
  expect(result.status).toBe('timed_out');
  await record('budget', result.id);
});

it('cancel', async () => {
  stage = await Stage.set({ profile: SLOW });
  await stage.worker();
  const { id, document } = stage.request();
  await stage.client.enqueue(document);
  await stage.untilKept(id, 500);
  await stage.client.cancel(id);
  expect((await stage.client.result(id)).status).toBe('cancelled');
  await record('cancel', id);
});

it('chunks', async () => {
  stage = await Stage.set({ profile: { characters: 12_000, charactersPerDelta: 40, deltasPerSecond: 50 } });
  await stage.worker();
  const { result } = await stage.generate();
  expect(result.status).toBe('complete');
  await record('chunks', result.id);
});

it('handed-over', async () => {
  const outage = await Outage.set({ characters: 20_000, charactersPerDelta: 20, deltasPerSecond: 100 });
  stage = await Stage.set();
  await outage.stage.worker();
  const { id, document } = outage.stage.request();
  await outage.stage.client.enqueue(document);
  await outage.stage.untilKept(id, 1_000);
  await outage.strike(AWAY_MS);
  const result = await outage.stage.client.result(id);
  expect(result.attempts.map((attempt) => attempt.outcome)).toEqual(['worker_lost', 'complete']);
  await record('handed-over', id, outage.temporalAddress);
});
