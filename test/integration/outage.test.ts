/** Temporal away in the midst of streams: for longer than a worker may be silent, and across the end of a message. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';
import type { TemporalServer } from '../../src/dev/temporalServer.ts';
import { Stage, keptAllReceived, until } from './stage.ts';

const WORKER_LOST_MS = 1_500;
/** Longer by hand, to see that it makes no difference. */
const AWAY_MS = Number(process.env['AWAY_MS'] ?? 4_000);

class Outage {
  readonly stage: Stage;
  readonly #file: string;
  #server: TemporalServer;

  private constructor(stage: Stage, file: string, server: TemporalServer) {
    this.stage = stage;
    this.#file = file;
    this.#server = server;
  }

  static async set(profile: object): Promise<Outage> {
    const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
    const file = join(folder, 'temporal.db');
    const server = await start(0, file);
    const environment = { THROUGHLINE_WORKER_LOST_MS: String(WORKER_LOST_MS) };
    const stage = await Stage.set({ profile, temporalAddress: server.address, environment });
    const outage = new Outage(stage, file, server);
    onTestFinished(async () => {
      await stage.clear();
      await outage.#server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    return outage;
  }

  /** Ends the server at once, and starts it again on its file. */
  async strike(awayMs: number): Promise<void> {
    this.#server.kill('SIGKILL');
    await this.#server.exited;
    await sleep(awayMs);
    this.#server = await start(Number(this.#server.address.split(':').at(-1)), this.#file);
  }
}

function start(port: number, dbFilename: string): Promise<TemporalServer> {
  const program = inject('temporalProgram');
  return startTemporalServer({ program, port, uiPort: null, dbFilename, log: () => undefined });
}

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
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
    // Every character that had been read when the server said that it had given the attempt up.
    expect(keptAllReceived(result.attempts[0])).toBe(true);
  }
  // One request each, and one more where the attempt was given up: nothing was asked for twice.
  expect(stage.simulator.log.length).toBe(results.flatMap(({ attempts }) => attempts).length);
}, 240_000);

it('away while the message ends: its end is handed over, and nobody asks for more', async () => {
  const outage = await Outage.set({ characters: 4_000, charactersPerDelta: 20, deltasPerSecond: 100 });
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
});
