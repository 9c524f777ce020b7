/** A stage whose Temporal server can go away and come back, with all that it had. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';
import type { TemporalServer } from '../../src/dev/temporalServer.ts';
import { Stage } from './stage.ts';

const WORKER_LOST_MS = 2_500;
/** Longer than a worker may be silent, and than Core believes in it (five seconds more). By hand: longer still. */
export const AWAY_MS = Number(process.env['AWAY_MS'] ?? 8_500);

export class Outage {
  readonly stage: Stage;
  readonly #file: string;
  #server: TemporalServer;

  private constructor(stage: Stage, file: string, server: TemporalServer) {
    this.stage = stage;
    this.#file = file;
    this.#server = server;
  }

  static async set(profile: object, workerLostMs = WORKER_LOST_MS): Promise<Outage> {
    const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
    const file = join(folder, 'temporal.db');
    const server = await start(0, file);
    const environment = { THROUGHLINE_WORKER_LOST_MS: String(workerLostMs) };
    const stage = await Stage.set({ profile, temporalAddress: server.address, environment });
    const outage = new Outage(stage, file, server);
    onTestFinished(async () => {
      await stage.clear();
      await outage.#server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    return outage;
  }

  get temporalAddress(): string {
    return this.#server.address;
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
