/** One embedded Temporal server, in memory, for all integration tests: `inject('temporalAddress')`. */
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { userCacheFolder } from '../../src/dev/cacheFolder.ts';
import { findTemporalProgram } from '../../src/dev/findTemporalProgram.ts';
import type { TemporalProgram } from '../../src/dev/findTemporalProgram.ts';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    temporalProgram: TemporalProgram;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string): void => console.log(line);
  const program = await findTemporalProgram({
    explicitPath: process.env['TEMPORAL_CLI_PATH'] ?? null,
    searchPath: process.env['PATH'] ?? '',
    cacheFolder: userCacheFolder(process.env['XDG_CACHE_HOME'] ?? null),
    log,
  });
  const server = await startTemporalServer({ program, port: 0, uiPort: null, dbFilename: null, log });
  project.provide('temporalAddress', server.address);
  project.provide('temporalProgram', program);
  return () => server.stop();
}
