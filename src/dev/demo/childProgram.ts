/** One of Throughline's own commands, run as a process of its own. */
import { fileURLToPath } from 'node:url';
import { startServerProcess } from '../serverProcess.ts';
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

/** @throws when the program cannot be started at all */
export async function startChildProgram(
  args: readonly string[],
  environment: Environment,
): Promise<ChildProgram> {
  const child = await startServerProcess(process.execPath, [MAIN, ...args], environment);
  let asked = false;
  return {
    name: `${args[0] ?? 'throughline'} ${child.pid}`,
    pid: child.pid,
    exited: child.exited,
    endAsked: () => asked,
    kill() {
      asked = true;
      child.kill('SIGKILL');
    },
    stop() {
      asked = true;
      return child.stop(STOP_MS);
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
