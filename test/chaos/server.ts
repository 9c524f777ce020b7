/** The Temporal server of a run, on a file of its own, so that it can be killed and go on where it was. */
import { freePort, PortTakenError } from '../../src/dev/ports.ts';
import type { TemporalProgram } from '../../src/dev/findTemporalProgram.ts';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';
import type { TemporalServer } from '../../src/dev/temporalServer.ts';

/**
 * Below the range from which systems give ports to outgoing connections: while the server is away its port must not
 * become another connection's, nor may a client that knocks be connected to itself.
 */
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 30_000;
const HOST = '127.0.0.1';

export class RestartableServer {
  readonly address: string;
  readonly #start: () => Promise<TemporalServer>;
  #server: TemporalServer | null;
  #outages = 0;

  private constructor(server: TemporalServer, start: () => Promise<TemporalServer>) {
    this.address = server.address;
    this.#server = server;
    this.#start = start;
  }

  static async start(program: TemporalProgram, dbFilename: string): Promise<RestartableServer> {
    const port = await somePort();
    const log = (): void => undefined;
    const start = (): Promise<TemporalServer> =>
      startTemporalServer({ program, port, uiPort: null, dbFilename, log });
    return new RestartableServer(await start(), start);
  }

  get isUp(): boolean {
    return this.#server !== null;
  }

  /** So that whoever asked can tell whether it has been away since. */
  get outages(): number {
    return this.#outages;
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#outages += 1;
    server?.kill('SIGKILL');
    await server?.exited;
  }

  /** Resolves when it answers again. */
  async restart(): Promise<void> {
    this.#server = await this.#start();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.stop();
  }
}

async function somePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    try {
      return await freePort(HOST, port, '--port');
    } catch (error) {
      if (!(error instanceof PortTakenError)) throw error;
    }
  }
}
