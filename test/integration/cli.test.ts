/** The command line as a process: what it refuses, how fast, with which exit code. Needs `npm run build`. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COMMANDS = [
  'dev',
  'worker',
  'generate',
  'enqueue',
  'follow',
  'result',
  'status',
  'list',
  'cancel',
  'retry',
  'batch',
  'simulate',
];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

let folder: string;
let closedAddress: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-cli-'));
  closedAddress = await addressNobodyListensOn();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function addressNobodyListensOn(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

async function throughline(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

test('--help names every command, and a command every option with its default', async () => {
  const [all, generate] = await Promise.all([throughline(['--help']), throughline(['generate', '--help'])]);
  expect([all.code, generate.code]).toEqual([0, 0]);
  for (const command of COMMANDS) expect(all.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  const options = generate.stdout.split(/^ {2}(?=-)/m).slice(1);
  expect(options.length).toBeGreaterThan(18);
  for (const option of options.filter((each) => !/^-h|^--version/.test(each)))
    expect(option).toContain('default:');
});

test('without Temporal: exit 2 within seconds, with the address', async () => {
  const environment = { TEMPORAL_ADDRESS: closedAddress, ANTHROPIC_API_KEY: 'any' };
  const began = performance.now();
  const ends = await Promise.all([
    throughline(['generate', 'Write.'], environment),
    throughline(['worker'], environment),
  ]);
  expect(performance.now() - began).toBeLessThan(15_000);
  for (const { code, stdout, stderr } of ends) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(closedAddress);
    expect(stderr).not.toContain('    at ');
  }
});

test('an unknown id: exit 2, followed, waited for or cancelled', async () => {
  const environment = { TEMPORAL_ADDRESS: inject('temporalAddress') };
  const asked = [['follow'], ['result'], ['cancel']];
  const ends = await Promise.all(asked.map((args) => throughline([...args, 'nobody-knows'], environment)));
  for (const { code, stdout, stderr } of ends) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('"nobody-knows"');
  }
});

test('a worker without a way to authenticate: exit 2, and how to go on', async () => {
  const { code, stderr } = await throughline(['worker']);
  expect(code).toBe(2);
  for (const word of ['ANTHROPIC_API_KEY', 'throughline simulate', 'ANTHROPIC_BASE_URL'])
    expect(stderr).toContain(word);
});

test('a bad request: exit 2 with every problem, before Temporal is asked', async () => {
  const { code, stderr } = await throughline([
    'enqueue',
    ' ',
    '--total',
    'soon',
    '--max-tokens',
    '0',
    '--id',
    '../x',
  ]);
  expect(code).toBe(2);
  for (const start of ['--total is "soon"', '--max-tokens is "0"', 'id is "../x"'])
    expect(stderr).toContain(start);
});

test('a bad environment: exit 2 with every problem', async () => {
  const environment = {
    THROUGHLINE_HEARTBEAT_MS: 'often',
    THROUGHLINE_DRAIN_MS: '-1',
    ANTHROPIC_BASE_URL: 'nowhere',
    ANTHROPIC_API_KEY: 'any',
  };
  const { code, stderr } = await throughline(['worker'], environment);
  expect(code).toBe(2);
  for (const name of ['THROUGHLINE_HEARTBEAT_MS', 'THROUGHLINE_DRAIN_MS', 'ANTHROPIC_BASE_URL'])
    expect(stderr).toContain(name);
});

test('bad usage: exit 2, in one paragraph', async () => {
  const ends = await Promise.all([
    throughline(['generate', '--nonsense']),
    throughline(['nonsense']),
    throughline(['list', '--status', 'asleep']),
    throughline(['dev', '--port', '99999']),
    throughline(['generate', 'Write.', '--output', join(folder, 'missing', 'a.txt')]),
  ]);
  for (const { code, stdout, stderr } of ends) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd()).toMatch(/^throughline: .+$/);
  }
  expect(await throughline([])).toMatchObject({ code: 2, stdout: '' });
});

test('a batch with a bad line starts nothing, and makes no folder', async () => {
  const file = join(folder, 'batch.jsonl');
  const message = {
    model: 'claude-haiku-4-5',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'Write.' }],
  };
  await writeFile(file, `${JSON.stringify({ message })}\n{"message":\n`);
  const { code, stderr } = await throughline(['batch', file, '--out', join(folder, 'out')], {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
  });
  expect(code).toBe(2);
  expect(stderr).toContain('line 2 is not valid JSON');
  expect(await readdir(folder)).toEqual(['batch.jsonl']);
});

test('enqueue prints the id alone, and what stays queued can be read, listed and cancelled', async () => {
  const environment = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    THROUGHLINE_TASK_QUEUE: 'cli-test-nobody-polls',
  };
  const id = `cli-test-${process.pid}`;
  const model = `claude-test-${process.pid}`;
  const enqueue = ['enqueue', 'Write.', '--id', id, '--model', model];
  expect(await throughline(enqueue, environment)).toMatchObject({ code: 0, stdout: `${id}\n` });
  expect((await throughline(['enqueue', 'Other.', '--id', id, '--model', model], environment)).code).toBe(2);

  const [again, read, listed] = await Promise.all([
    throughline([...enqueue, '--json'], environment),
    throughline(['result', id, '--no-wait', '--json'], environment),
    throughline(['list', '--model', model, '--json'], environment),
  ]);
  expect(JSON.parse(again.stdout)).toEqual({ id, status: 'queued' });
  expect(read.code).toBe(5);
  expect(JSON.parse(read.stdout)).toMatchObject({ id, status: 'queued', text: '', complete: false });
  expect(JSON.parse(listed.stdout)).toEqual([
    expect.objectContaining({ id, status: 'queued', model, attempts: 0, characters: 0, endedAt: null }),
  ]);
  expect((await throughline(['cancel', id, '--json'], environment)).code).toBe(0);
});

test('Ctrl-C while following: exit 130, and how to come back, also when it arrives twice', async () => {
  const env = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    THROUGHLINE_TASK_QUEUE: 'cli-test-nobody-polls',
  };
  const id = `cli-interrupted-${process.pid}`;
  const child = spawn(process.execPath, [PROGRAM, 'generate', 'Write.', '--id', id], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
    // At each line: npx, too, passes on what the terminal has sent already.
    if (stderr.includes('queued')) child.kill('SIGINT');
  });
  expect(await ended).toBe(130);
  expect(stderr).toContain(`throughline follow ${id}`);
  expect((await throughline(['status', id], env)).stdout).toContain('queued');
});
