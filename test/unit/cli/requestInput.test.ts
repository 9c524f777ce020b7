import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInput } from '../../../src/cli/inputFile.ts';
import type { RequestOptions } from '../../../src/cli/requestInput.ts';
import { buildRequest } from '../../../src/cli/requestInput.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-input-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function documentOf(
  prompt: string | undefined,
  options: RequestOptions = {},
): Promise<Record<string, unknown>> {
  const built = await buildRequest(prompt, options, readInput);
  if (!built.ok) throw new Error(built.problems.join('\n'));
  return built.document;
}

async function problemsOf(
  prompt: string | undefined,
  options: RequestOptions = {},
): Promise<readonly string[]> {
  const built = await buildRequest(prompt, options, readInput);
  return built.ok ? [] : built.problems;
}

const MESSAGES = [{ role: 'user', content: 'Write.' }];

test('a prompt alone gets the default model and max_tokens', async () => {
  expect(await documentOf('Write.')).toEqual({
    message: { model: 'claude-sonnet-5-5', max_tokens: 8_192, messages: MESSAGES },
  });
});

test('a prompt from a file is the file, to the byte, without its byte order mark', async () => {
  const path = await file('prompt.txt', '\ufeffWrite — all of it.\n');
  expect(await documentOf(undefined, { file: path })).toMatchObject({
    message: { messages: [{ role: 'user', content: 'Write — all of it.\n' }] },
  });
});

test('options override a request document, and leave the rest of it as it is', async () => {
  const request = await file(
    'request.json',
    JSON.stringify({
      id: 'a',
      message: { model: 'claude-haiku-4-5', max_tokens: 10, temperature: 0.5, messages: MESSAGES },
      limits: { connectMs: 1_000, totalMs: 60_000 },
    }),
  );
  const options = {
    id: 'b',
    model: 'claude-opus-4-5',
    maxTokens: '20',
    system: 'Be brief.',
    resume: 'restart',
  };
  const more = {
    maxAttempts: '3',
    maxTotalTokens: '90',
    allowRestart: true,
    total: '2m',
    interToken: '1500ms',
  };
  expect(await documentOf(undefined, { request, ...options, ...more })).toEqual({
    id: 'b',
    message: {
      model: 'claude-opus-4-5',
      max_tokens: 20,
      temperature: 0.5,
      system: 'Be brief.',
      messages: MESSAGES,
    },
    limits: { connectMs: 1_000, totalMs: 120_000, interTokenMs: 1_500 },
    resume: 'restart',
    maxAttempts: 3,
    maxTotalTokens: 90,
    allowRestart: true,
  });
});

test('a request document without overrides stays exactly as given', async () => {
  const document = { message: { model: 'claude-haiku-4-5', max_tokens: 10, messages: MESSAGES } };
  const request = await file('plain.json', JSON.stringify(document));
  expect(await documentOf(undefined, { request })).toEqual(document);
});

test('no input, and two inputs, are refused', async () => {
  expect(await problemsOf(undefined)).toEqual([
    'The input is nothing: give exactly one of PROMPT, --file FILE and --request FILE.',
  ]);
  expect(await problemsOf('Write.', { request: 'r.json' })).toEqual([
    'The input is a PROMPT and --request r.json: give exactly one of PROMPT, --file FILE and --request FILE.',
  ]);
});

test('every problem is told at once, of options and of the document', async () => {
  const options = { maxTokens: 'many', total: '2 hours', maxAttempts: '0', id: '.hidden', resume: 'maybe' };
  const problems = await problemsOf('  ', options);
  for (const start of [
    '--max-tokens is "many"',
    '--max-attempts is "0"',
    '--total is "2 hours"',
    'id is ',
    'resume is "maybe"',
  ]) {
    expect(problems).toContainEqual(expect.stringContaining(start));
  }
  expect(problems).toHaveLength(5);
});

test('a bad option is told together with a missing input', async () => {
  expect(await problemsOf(undefined, { total: 'x' })).toHaveLength(2);
});

test('a file that is missing, a folder, or no UTF-8 is named with its reason', async () => {
  const missing = join(folder, 'missing.txt');
  expect(await problemsOf(undefined, { file: missing })).toEqual([
    `--file is "${missing}", which cannot be read (there is no such file): name a readable file.`,
  ]);
  expect(await problemsOf(undefined, { request: folder })).toEqual([
    expect.stringContaining('it is a folder'),
  ]);
  const latin = await file('latin.txt', Uint8Array.of(0x63, 0xe9));
  expect(await problemsOf(undefined, { file: latin })).toEqual([expect.stringContaining('not UTF-8')]);
});

test.each([
  ['{\n  "id": "a",\n}', 'line 3, column 1'],
  ['{', 'column 2'],
  ['', 'line 1, column 1'],
])('invalid JSON %j is named with its place', async (text, place) => {
  const request = await file('broken.json', text);
  expect(await problemsOf(undefined, { request })).toEqual([expect.stringContaining(`not valid JSON at `)]);
  expect((await problemsOf(undefined, { request }))[0]).toContain(place);
});

test.each(['null', '[]', '"text"', '{"message":[]}', '{"message":null,"limits":3}'])(
  'the JSON %s is refused as a document, overrides or not',
  async (text) => {
    const request = await file('odd.json', text);
    const options = { request, model: 'claude-haiku-4-5', total: '1m' };
    expect((await problemsOf(undefined, options)).length).toBeGreaterThan(0);
  },
);

test('a request that is too large is refused before it is sent', async () => {
  expect(await problemsOf('a'.repeat(1_100_000))).toEqual([expect.stringContaining('at most 1048576')]);
});
