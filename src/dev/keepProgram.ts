import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporalVersion } from './programFile.ts';

/**
 * Fetches a program into a folder of its own, proves that it runs, and puts it at `cacheFolder/fileName`.
 *
 * Whatever happens, the cache holds a whole program or none: each fetch works in a fresh folder beside the place, and
 * the rename is atomic. Two processes at once fetch twice and the later rename wins, which is harmless: a server
 * that was started from the earlier file goes on with it. A lock would be cheaper and could be left behind.
 *
 * `fetchInto` gets an empty folder and returns the path of the program inside it.
 */
export async function keepProgram(
  cacheFolder: string,
  fileName: string,
  fetchInto: (folder: string) => Promise<string>,
): Promise<{ path: string; version: string }> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, `.fetching-${fileName}-`));
  try {
    const fetched = await fetchInto(folder);
    await chmod(fetched, 0o755);
    const version = await temporalVersion(fetched);
    const path = join(cacheFolder, fileName);
    await rename(fetched, path);
    return { path, version };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
