/** What can be learned about a program file: whether it runs, where PATH has it, which Temporal it is. */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A cold 156 MB program on a slow disk takes seconds to answer; one that hangs must not hang `dev`. */
const VERSION_ANSWER_MS = 30_000;

/** `null` where the file can be run, else why not. */
export async function whyNotExecutable(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return 'it is not a file';
  } catch (error) {
    return isMissing(error) ? 'there is no such file' : messageOf(error);
  }
  try {
    await access(path, constants.X_OK);
    return null;
  } catch {
    return 'it is not executable';
  }
}

/** The first executable of that name in the folders of `searchPath` (the form of PATH), or `null`. */
export async function findOnPath(name: string, searchPath: string): Promise<string | null> {
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, fileName);
    if ((await whyNotExecutable(candidate)) === null) return candidate;
  }
  return null;
}

/**
 * The version the program names itself, e.g. `1.9.1 (Server 1.32.0, UI 2.54.1)`.
 * Throws where it does not run, or runs and is something else: `temporal` is also a word others name programs by.
 */
export async function temporalVersion(path: string): Promise<string> {
  let output: string;
  try {
    output = (await run(path, ['--version'], { timeout: VERSION_ANSWER_MS, killSignal: 'SIGKILL' })).stdout;
  } catch (error) {
    throw new Error(`\`${path} --version\` failed: ${messageOf(error)}`, { cause: error });
  }
  const version = /^temporal version (\S.*)$/m.exec(output)?.[1];
  if (version === undefined) {
    throw new Error(
      `\`${path} --version\` answered ${JSON.stringify(output.slice(0, 80))}, which is not Temporal's CLI`,
    );
  }
  return version.trim();
}

/** One line of an error, however it was thrown: of a failed command the last line that it wrote to stderr. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const written = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  const text = written === '' ? error.message : written;
  return text.trim().split('\n').at(-1) ?? text;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
