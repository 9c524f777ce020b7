/** One embedded Temporal server, in memory, for all integration tests: `inject('temporalAddress')`. */
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { readProgramLookup } from '../../src/config.ts';
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
  const { explicitPath, searchPath, cacheHome } = readProgramLookup();
  const program = await findTemporalProgram({
    explicitPath,
    searchPath,
    cacheFolder: userCacheFolder(cacheHome),
    log,
  });
  const server = await startTemporalServer({ program, port: 0, uiPort: null, dbFilename: null, log });
  project.provide('temporalAddress', server.address);
  project.provide('temporalProgram', program);
  return () => server.stop();
}
