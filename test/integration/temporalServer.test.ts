import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { PortTakenError } from '../../src/dev/ports.ts';
import { startTemporalServer } from '../../src/dev/temporalServer.ts';
import type { TemporalServer, TemporalServerOptions } from '../../src/dev/temporalServer.ts';
import { SEARCH_ATTRIBUTES } from '../../src/generation/searchAttributes.ts';

const MODEL = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, 'KEYWORD');
const STATUS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');
const ATTEMPTS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.attempts, 'INT');
const DAY_S = 86_400;

async function start(changes: Partial<TemporalServerOptions> = {}): Promise<TemporalServer> {
  const server = await startTemporalServer({
    program: inject('temporalProgram'),
    port: 0,
    uiPort: null,
    dbFilename: null,
    log: () => {},
    ...changes,
  });
  onTestFinished(() => server.stop());
  return server;
}

async function connected<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-server-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function enqueue(client: Client, workflowId: string): Promise<unknown> {
  return client.workflow.start('generation', {
    workflowId,
    taskQueue: 'nobody-listens',
    typedSearchAttributes: [
      { key: MODEL, value: 'claude-haiku-4-5' },
      { key: STATUS, value: 'queued' },
      { key: ATTEMPTS, value: 0 },
    ],
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('a started server takes search attributes at once, finds by them, and keeps closed workflows for 30 days', async () => {
  await connected(inject('temporalAddress'), async (client) => {
    await enqueue(client, 'searched');
    const query = `${SEARCH_ATTRIBUTES.model} = 'claude-haiku-4-5' AND ${SEARCH_ATTRIBUTES.attempts} = 0 AND WorkflowId = 'searched'`;
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), {
      timeout: 10_000,
    });
    const { config } = await client.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * DAY_S);
    await client.workflow.getHandle('searched').terminate();
  });
});

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'restarted on its file after %s, the server has the workflow and its search attributes',
  async (signal) => {
    const dbFilename = join(await temporaryFolder(), 'made', 'temporal.db');
    const first = await start({ dbFilename });
    await connected(first.address, (client) => enqueue(client, 'kept'));
    first.kill(signal);
    await first.exited;
    expect(isAlive(first.pid)).toBe(false);

    const second = await start({ dbFilename });
    await connected(second.address, async (client) => {
      const description = await client.workflow.getHandle('kept').describe();
      expect(description.status.name).toBe('RUNNING');
      expect(description.typedSearchAttributes.get(STATUS)).toBe('queued');
      await enqueue(client, 'another');
    });
  },
);

it('the Web UI answers where it says it is', async () => {
  const server = await start({ uiPort: 0 });
  expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
});

it.each([
  ['port', '--port'],
  ['uiPort', '--ui-port'],
] as const)(
  'a taken %s is refused with its number and %s, before anything is started',
  async (option, flag) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => other.close(() => resolve())));
    const port = (other.address() as AddressInfo).port;
    const program = { path: '/nonexistent', how: 'a program that must not be started', version: '0' };
    const error: unknown = await start({ program, [option]: port }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortTakenError);
    expect(error).toMatchObject({ port, flag });
  },
);

it('a server that ends while starting is reported with its last lines', async () => {
  // An existing file that is no database: what a mistyped --db meets.
  const program = inject('temporalProgram');
  await expect(start({ program, dbFilename: program.path })).rejects.toThrow(
    /ended while starting \(exit code \d+\)\. Its last lines:\n.*database/s,
  );
});
