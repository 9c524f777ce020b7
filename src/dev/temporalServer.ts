/** The embedded Temporal server of `throughline dev`, the demo and the tests: one `temporal server start-dev`. */
import { Connection } from '@temporalio/client';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TemporalProgram } from './findTemporalProgram.ts';
import { freePort } from './ports.ts';
import { prepareNamespace } from './prepareNamespace.ts';
import { startServerProcess } from './serverProcess.ts';
import type { ProcessExit, ServerProcess } from './serverProcess.ts';

export interface TemporalServerOptions {
  program: TemporalProgram;
  /** 0 takes a free one. */
  port: number;
  /** Of the Web UI; 0 takes a free one, `null` runs without. */
  uiPort: number | null;
  /** The SQLite file, made if need be with its folder; `null` keeps everything in memory. */
  dbFilename: string | null;
  log: (line: string) => void;
}

export interface TemporalServer {
  /** `127.0.0.1:port`. */
  address: string;
  uiUrl: string | null;
  pid: number;
  /** Which program it is, in words, with its version. */
  how: string;
  /** Resolves once the process is gone: SIGTERM, and SIGKILL if that does not do. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once the process is gone, however it ended. */
  exited: Promise<ProcessExit>;
}

/** IPv4 alone: `localhost` may mean two addresses, of which only one was found free. */
const HOST = '127.0.0.1';
/** A warm start takes under a second; a first one on two busy cores several. */
const START_MS = 60_000;
const POLL_MS = 20;
/** start-dev takes ports for its inner services as well and cannot be told which: another process may be faster. */
const TRIES_FOR_PORTS = 3;

/**
 * Starts a server and returns once generations can be enqueued: it answers, the namespace keeps closed workflows for
 * 30 days, the search attributes are usable.
 *
 * Throws `PortTakenError` before anything is started, or an error with the server's last lines. Nothing is left
 * running then.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(HOST, options.port, '--port');
    const uiPort = options.uiPort === null ? null : await freePort(HOST, options.uiPort, '--ui-port');
    if (options.dbFilename !== null) await mkdir(dirname(options.dbFilename), { recursive: true });

    const server = await startServerProcess(
      options.program.path,
      startArguments(port, uiPort, options.dbFilename),
    );
    try {
      await waitUntilReady(server, port);
    } catch (error) {
      await server.stop();
      if (attempt < TRIES_FOR_PORTS && server.lastLines().includes('address already in use')) continue;
      throw error;
    }
    const how = `${options.program.how}, version ${options.program.version}`;
    options.log(`Temporal server on ${HOST}:${port} (${how})`);
    return {
      address: `${HOST}:${port}`,
      uiUrl: uiPort === null ? null : `http://${HOST}:${uiPort}`,
      pid: server.pid,
      how,
      stop: () => server.stop(),
      kill: (signal) => server.kill(signal),
      exited: server.exited,
    };
  }
}

function startArguments(port: number, uiPort: number | null, dbFilename: string | null): string[] {
  const args = ['server', 'start-dev', '--ip', HOST, '--port', String(port), '--log-level', 'warn'];
  args.push(...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]));
  // Three to four times the heartbeats a second of the default rollback journal. `synchronous=1` is safe with it:
  // a process that dies loses nothing, a machine that loses power may lose the last moments.
  args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1');
  if (dbFilename !== null) args.push('--db-filename', dbFilename);
  return args;
}

async function waitUntilReady(server: ServerProcess, port: number): Promise<void> {
  const waiting = new AbortController();
  const fail = (what: string): void => {
    const last = server.lastLines();
    waiting.abort(
      new Error(
        `the Temporal server ${what}. ${last === '' ? 'It wrote nothing.' : `Its last lines:\n${last}`}`,
      ),
    );
  };
  void server.exited.then(({ code, signal }) =>
    fail(`ended while starting (${signal ?? `exit code ${code}`})`),
  );
  const bound = setTimeout(
    () => fail(`did not answer on ${HOST}:${port} within ${START_MS / 1000} s`),
    START_MS,
  );

  const aborted = new Promise<never>((_, reject) => {
    waiting.signal.addEventListener('abort', () => reject(waiting.signal.reason as Error), { once: true });
  });
  try {
    await Promise.race([prepare(port, waiting.signal), aborted]);
  } finally {
    clearTimeout(bound);
    waiting.abort(new Error('no longer waiting'));
  }
}

async function prepare(port: number, signal: AbortSignal): Promise<void> {
  // A plain connection first: gRPC's own back-off after a refused connection costs a second.
  while (!(await listens(port))) {
    signal.throwIfAborted();
    await sleep(POLL_MS);
  }
  const connection = await Connection.connect({ address: `${HOST}:${port}` });
  try {
    await prepareNamespace(connection, signal);
  } finally {
    await connection.close();
  }
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const answer = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
