import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outputProblem, writeOutput } from '../../../src/cli/output.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-output-'));
  path = join(folder, 'article.txt');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const text = 'Ein Text — 文 👩‍👩‍👧 without a line end';
const whole = { text, complete: true, simulated: false };

test('a complete text is in its file, to the byte, and nothing else is left in the folder', async () => {
  expect(await writeOutput(path, whole, false)).toEqual({ kind: 'whole', path });
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await readdir(folder)).toEqual(['article.txt']);
});

test('an incomplete text goes to .partial, and an older whole file stays as it was', async () => {
  await writeFile(path, 'older');
  expect(await writeOutput(path, { ...whole, complete: false }, false)).toEqual({
    kind: 'partial',
    path: `${path}.partial`,
  });
  expect(await readFile(`${path}.partial`, 'utf8')).toBe(text);
  expect(await readFile(path, 'utf8')).toBe('older');
});

test('a complete text takes a stale .partial away', async () => {
  await writeOutput(path, { ...whole, complete: false }, false);
  await writeOutput(path, whole, false);
  expect(await readdir(folder)).toEqual(['article.txt']);
});

test('a simulated text is refused, and nothing is touched', async () => {
  await writeFile(`${path}.partial`, 'older');
  expect(await writeOutput(path, { ...whole, simulated: true }, false)).toEqual({
    kind: 'simulated_refused',
  });
  expect(await readdir(folder)).toEqual(['article.txt.partial']);
});

test('a simulated text is written where that is allowed', async () => {
  expect(await writeOutput(path, { ...whole, simulated: true }, true)).toEqual({ kind: 'whole', path });
});

test('when the name cannot be taken, the error is thrown and no file is left beside', async () => {
  await mkdir(path);
  await expect(writeOutput(path, whole, false)).rejects.toThrow('EISDIR');
  expect(await readdir(folder)).toEqual(['article.txt']);
});

test('the name never holds a part of the text: whoever reads while it is replaced sees the old or the new one', async () => {
  const older = 'a'.repeat(400_000);
  const newer = 'b'.repeat(400_000);
  await writeOutput(path, { ...whole, text: older }, false);
  let done = false;
  const writing = writeOutput(path, { ...whole, text: newer }, false).then(() => {
    done = true;
  });
  while (!done) expect([older, newer]).toContain(await readFile(path, 'utf8'));
  await writing;
});

test('a place that cannot take a file is told before anything starts', async () => {
  expect(await outputProblem(path)).toBeNull();
  expect(await outputProblem(folder)).toContain('is a folder');
  expect(await outputProblem(join(folder, 'missing', 'a.txt'))).toContain('missing or not writable');
  await writeFile(path, '');
  expect(await outputProblem(path)).toBeNull();
  expect(await outputProblem(join(path, 'a.txt'))).toContain('is no folder');
});
