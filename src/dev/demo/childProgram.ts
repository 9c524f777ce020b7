/** One of Throughline's own commands, run as a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithParent } from '../endWithParent.ts';
import type { ProcessExit } from '../serverProcess.ts';

export interface ChildProgram {
  /** In words: `worker 4711`. */
  name: string;
  pid: number;
  /** Resolves once the process is gone, however it ended, and never rejects. */
  exited: Promise<ProcessExit>;
  /** Whether its end was asked for, by `kill` or `stop`. */
  endAsked(): boolean;
  /** SIGKILL: no chance to hand anything over. */
  kill(): void;
  /** SIGTERM, then SIGKILL. Resolves once the process is gone. */
  stop(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const STOP_MS = 5_000;
const LAST_CHARACTERS = 4_000;

/** @throws when the program cannot be started at all */
export async function startChildProgram(
  args: readonly string[],
  environment: Environment,
): Promise<ChildProgram> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...environment },
    // Out of the terminal's process group: Ctrl-C is the demo's to act on, in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stopWatching = endWithParent(child);

  let last = '';
  const keep = (chunk: string): void => {
    last = (last + chunk).slice(-LAST_CHARACTERS);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, signal) => {
      void stopWatching().then(() => resolve({ code, signal, lastLines: last.trim() }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

  let asked = false;
  return {
    name: `${args[0] ?? 'throughline'} ${child.pid}`,
    pid: child.pid as number,
    exited,
    endAsked: () => asked,
    kill() {
      asked = true;
      child.kill('SIGKILL');
    },
    async stop() {
      asked = true;
      child.kill('SIGTERM');
      const lastResort = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(lastResort);
    },
  };
}

/** Rejects when the program ends without having been asked to; else it never settles. */
export async function endsUnasked(program: ChildProgram): Promise<never> {
  const { code, signal, lastLines } = await program.exited;
  if (program.endAsked()) return new Promise<never>(() => undefined);
  throw new Error(
    `${program.name} ended by itself (${signal ?? `exit code ${code}`}). ` +
      (lastLines === '' ? 'It wrote nothing.' : `Its last lines:\n${lastLines}`),
  );
}
