/** The process of an embedded server: started, watched, stopped. Knows nothing of what it serves. */
import { spawn } from 'node:child_process';
import { endWithParent } from './endWithParent.ts';

/** How a process ended, with the last lines it wrote. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  lastLines: string;
}

export interface ServerProcess {
  pid: number;
  /** Resolves once the process is gone, however it ended, and never rejects. */
  exited: Promise<ProcessExit>;
  /** What it wrote last, at most `LAST_CHARACTERS`. */
  lastLines(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs` (10 s). Resolves once the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

/** start-dev stops in under a second; a database on a slow disk may take longer. */
const STOP_MS = 10_000;
const LAST_CHARACTERS = 4_000;

/** Starts the program, in this process's environment or another. Rejects where it cannot be started at all. */
export async function startServerProcess(
  path: string,
  args: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Promise<ServerProcess> {
  const child = spawn(path, args, {
    ...(environment === undefined ? {} : { env: { ...environment } }),
    // Out of the terminal's process group: Ctrl-C reaches every process of the group at once, and the worker needs
    // the server while it drains. So `dev` stops the server itself, last.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stopWatching = endWithParent(child);

  let last = '';
  const keep = (chunk: string): void => {
    last = (last + chunk).slice(-LAST_CHARACTERS);
  };
  // Read to the end, whatever it says: a pipe that is full would block the server.
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const lastLines = (): string => last.trim();

  const exited = new Promise<ProcessExit>((resolve) => {
    // `close` comes after the pipes are read out, so the last lines are complete.
    child.once('close', (code, signal) => {
      void stopWatching().then(() => resolve({ code, signal, lastLines: lastLines() }));
    });
  });

  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${path} could not be started: ${error.message}`)));
  });

  return {
    pid: child.pid as number,
    exited,
    lastLines,
    kill: (signal) => void child.kill(signal),
    async stop(graceMs = STOP_MS) {
      child.kill('SIGTERM');
      const lastResort = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(lastResort);
    },
  };
}
