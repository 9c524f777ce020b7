/** The workers of a run: real programs, killed, stopped and frozen, and each that goes is followed by another. */
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServerProcess } from '../../src/dev/serverProcess.ts';
import type { ServerProcess } from '../../src/dev/serverProcess.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const POLL_MS = 50;
/** From SIGTERM to the end, with the server away for a while in between. */
const LONGEST_STOP_MS = 30_000;

export interface CrewOptions {
  environment: Readonly<Record<string, string>>;
  /** Told of what no accident explains. */
  odd: (what: string) => void;
  /** Whether the server answers: without it no worker can start. */
  isServerUp: () => boolean;
}

export interface Worker {
  pid: number;
  process: ServerProcess;
  state: 'starting' | 'running' | 'frozen' | 'ending';
}

export class Crew {
  readonly #options: CrewOptions;
  readonly #workers = new Set<Worker>();
  #dismissed = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Those that can be a victim, oldest first. */
  get running(): Worker[] {
    return [...this.#workers].filter(({ state }) => state === 'running');
  }

  /** Resolves when one more asks for work; starts it again where the server was away. */
  async hire(drainMs: number): Promise<void> {
    while (!this.#dismissed) {
      while (!this.#options.isServerUp() && !this.#dismissed) await sleep(POLL_MS);
      const worker = await this.#start(drainMs);
      if (await untilRunning(worker)) {
        if (worker.state === 'starting') worker.state = 'running';
        void this.#replaceIfItEnds(worker, drainMs);
        return;
      }
      await sleep(POLL_MS);
    }
  }

  kill(worker: Worker): void {
    worker.state = 'ending';
    worker.process.kill('SIGKILL');
  }

  /** Asks it to end in order, and sees to it. */
  async dismiss(worker: Worker): Promise<void> {
    worker.state = 'ending';
    worker.process.kill('SIGTERM');
    const lastResort = setTimeout(() => {
      this.#options.odd(`worker ${worker.pid} did not end within ${LONGEST_STOP_MS} ms of SIGTERM`);
      worker.process.kill('SIGKILL');
    }, LONGEST_STOP_MS);
    const { code, signal } = await worker.process.exited;
    clearTimeout(lastResort);
    if (code !== 0 && signal !== 'SIGKILL') {
      this.#options.odd(`worker ${worker.pid} ended with ${signal ?? code} after SIGTERM`);
    }
  }

  freeze(worker: Worker): void {
    worker.state = 'frozen';
    worker.process.kill('SIGSTOP');
  }

  thaw(worker: Worker): void {
    if (worker.state === 'frozen') worker.state = 'running';
    worker.process.kill('SIGCONT');
  }

  /** Ends all of them at once. */
  async close(): Promise<void> {
    this.#dismissed = true;
    const all = [...this.#workers];
    for (const worker of all) this.kill(worker);
    await Promise.all(all.map(({ process }) => process.exited));
  }

  async #start(drainMs: number): Promise<Worker> {
    const environment = { ...this.#options.environment, THROUGHLINE_DRAIN_MS: String(drainMs) };
    const process = await startServerProcess(globalThis.process.execPath, [PROGRAM, 'worker'], environment);
    const worker: Worker = { pid: process.pid, process, state: 'starting' };
    this.#workers.add(worker);
    void process.exited.then(() => this.#workers.delete(worker));
    // Started while all was being ended.
    if (this.#dismissed) this.kill(worker);
    return worker;
  }

  async #replaceIfItEnds(worker: Worker, drainMs: number): Promise<void> {
    const { code, signal, lastLines } = await worker.process.exited;
    if (worker.state === 'ending' || this.#dismissed) return;
    this.#options.odd(`worker ${worker.pid} ended by itself with ${signal ?? code}: ${lastLines}`);
    await this.hire(drainMs);
  }
}

/** False: it ended before. */
async function untilRunning({ process }: Worker): Promise<boolean> {
  let isGone = false;
  void process.exited.then(() => (isGone = true));
  while (!process.lastLines().includes('RUNNING')) {
    if (isGone) return false;
    await sleep(POLL_MS);
  }
  return true;
}
