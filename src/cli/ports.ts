/** Ports by option, and the simulator on one. */
import { freePort } from '../dev/ports.ts';
import type { Settings } from '../simulator/profile.ts';
import type { Simulator } from '../simulator/server.ts';
import { UsageError } from './errors.ts';

const HIGHEST_PORT = 65_535;

/** @throws UsageError */
export function parsePort(text: string | undefined, flag: string, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= HIGHEST_PORT) return port;
  throw new UsageError([
    `${flag} is "${text}": give a port from 1 to ${HIGHEST_PORT}, or 0 for any free one.`,
  ]);
}

/** @throws UsageError for a bad profile, PortTakenError */
export async function startSimulatorOn(port: number, profilePath: string | undefined): Promise<Simulator> {
  const profile = await readProfile(profilePath);
  const free = await freePort('127.0.0.1', port, '--port');
  const { startSimulator } = await import('../simulator/server.ts');
  return await startSimulator({ port: free, profile });
}

async function readProfile(path: string | undefined): Promise<Settings> {
  const { loadProfileFile, parseProfile } = await import('../simulator/profile.ts');
  if (path === undefined) {
    const plain = parseProfile({});
    if (!plain.ok) throw new Error(`the empty profile is refused: ${plain.problems.join(' ')}`);
    return plain.profile;
  }
  const loaded = await loadProfileFile(path);
  if (!loaded.ok) throw new UsageError(loaded.problems);
  return loaded.profile;
}
