/** Text into files: whole under its name, or `.partial`; at any moment either the old file or the new one, never half. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ResultDocument } from '../generation/result.ts';

type Text = Pick<ResultDocument, 'text' | 'complete' | 'simulated'>;

export type Written =
  { kind: 'whole'; path: string } | { kind: 'partial'; path: string } | { kind: 'simulated_refused' };

/** Looked at before anything is paid for. Null where a text could be written, else a sentence with its repair. */
export async function outputProblem(path: string): Promise<string | null> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory())
      return `--output is "${path}", but ${folder} is no folder: name another file.`;
    await access(folder, constants.W_OK);
  } catch {
    return `--output is "${path}", but the folder ${folder} is missing or not writable: make it, or name another file.`;
  }
  const present = await stat(path).catch(() => null);
  return present?.isDirectory() === true
    ? `--output is "${path}", which is a folder: name a file in it.`
    : null;
}

/** Throws where the disk refuses; the name then still holds what it held before. */
export async function writeOutput(path: string, document: Text, allowSimulated: boolean): Promise<Written> {
  if (document.simulated && !allowSimulated) return { kind: 'simulated_refused' };
  const partial = `${path}.partial`;
  if (!document.complete) {
    await replaceFile(partial, document.text);
    return { kind: 'partial', path: partial };
  }
  await replaceFile(path, document.text);
  // Last: a crash in between leaves one file too many, never none.
  await rm(partial, { force: true });
  return { kind: 'whole', path };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  // Hidden and named apart, so that neither a glob over `*.txt` nor another process takes it for a result.
  const beside = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(text, 'utf8');
      // Before the rename: after a power cut a file system may have kept the new name and not the bytes.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes the rename last. Not every file system lets a folder be opened for that: then it is as durable as it gets. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
