/** Temporal's own download of its CLI, by the downloader that comes with `@temporalio/testing`. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from './programFile.ts';

const run = promisify(execFile);

export const OFFICIAL_VERSION = 'v1.9.1';

/** About 50 MB. A download out of reach fails in milliseconds; this bounds one that neither fails nor ends. */
const DOWNLOAD_MS = 300_000;

/**
 * Runs in a process of its own. `createLocal` installs the SDK's runtime, of which a process can have only one: the
 * worker's own `Runtime.install` would fail afterwards. The server that it starts to try the download is stopped.
 */
const DOWNLOADER = `
  const [testing, downloadDir, version] = process.argv.slice(1);
  const { TestWorkflowEnvironment } = require(testing);
  TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version, ttl: '3650 days' } },
  })
    .then((environment) => environment.teardown())
    .then(() => process.exit(0), (error) => {
      console.error(String(error.message).replaceAll('\\n', ' '));
      process.exit(1);
    });
`;

/**
 * Downloads the pinned version into `folder` and returns the program's path.
 *
 * `folder` must be empty: `createLocal` deletes a cached program older than its `ttl` and downloads it again
 * (sdk-core, `ephemeral_server`), so the project keeps the cache itself and gives it an empty folder each time.
 */
export async function downloadOfficialProgram(folder: string): Promise<string> {
  const testing = createRequire(import.meta.url).resolve('@temporalio/testing');
  const extension = process.platform === 'win32' ? '.exe' : '';
  const program = join(folder, `temporal-${OFFICIAL_VERSION}${extension}`);
  try {
    await run(process.execPath, ['-e', DOWNLOADER, testing, folder, OFFICIAL_VERSION], {
      timeout: DOWNLOAD_MS,
      killSignal: 'SIGKILL',
    });
  } catch (error) {
    // The server that was started on trial has 5 s to answer; a slow machine's download is good all the same.
    if (await exists(program)) return program;
    throw new Error(messageOf(error), { cause: error });
  }
  return program;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
