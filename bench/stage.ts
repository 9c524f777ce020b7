/** What a benchmark runs on: the embedded server, a simulated Claude, and a client. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThroughlineClient } from '../src/client/index.ts';
import { readProgramLookup } from '../src/config.ts';
import { userCacheFolder } from '../src/dev/cacheFolder.ts';
import { findTemporalProgram } from '../src/dev/findTemporalProgram.ts';
import { startTemporalServer } from '../src/dev/temporalServer.ts';
import { parseProfile } from '../src/simulator/profile.ts';
import { startSimulator } from '../src/simulator/server.ts';
import type { Simulator } from '../src/simulator/server.ts';

export interface BenchStage {
  simulator: Simulator;
  temporalAddress: string;
  client(taskQueue: string): Promise<ThroughlineClient>;
  /** As a worker's environment; its own variables come on top. */
  environment(taskQueue: string): Record<string, string>;
  clear(): Promise<void>;
}

export async function setBenchStage(profile: object): Promise<BenchStage> {
  const { explicitPath, searchPath, cacheHome } = readProgramLookup();
  const log = (line: string): void => console.log(line);
  const cacheFolder = userCacheFolder(cacheHome);
  const program = await findTemporalProgram({ explicitPath, searchPath, cacheFolder, log });
  const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  const dbFilename = join(folder, 'temporal.db');
  const server = await startTemporalServer({ program, port: 0, uiPort: null, dbFilename, log });
  const parsed = parseProfile(profile);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const simulator = await startSimulator({ profile: parsed.profile });
  const clients: ThroughlineClient[] = [];
  return {
    simulator,
    temporalAddress: server.address,
    client: async (taskQueue) => {
      const connection = { address: server.address };
      const client = await ThroughlineClient.connect({ connection, taskQueue });
      clients.push(client);
      return client;
    },
    environment: (taskQueue) => ({
      TEMPORAL_ADDRESS: server.address,
      THROUGHLINE_TASK_QUEUE: taskQueue,
      ANTHROPIC_API_KEY: 'bench',
      ANTHROPIC_BASE_URL: simulator.url,
    }),
    clear: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await simulator.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
