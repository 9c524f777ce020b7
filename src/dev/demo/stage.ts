/** Everything the demo needs, started for real: Temporal, the simulated endpoint, two workers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { ThroughlineClient } from '../../client/index.ts';
import { findTemporalProgram } from '../findTemporalProgram.ts';
import type { ProgramSearch } from '../findTemporalProgram.ts';
import { freePort } from '../ports.ts';
import { startTemporalServer } from '../temporalServer.ts';
import type { ChildProgram, Environment } from './childProgram.ts';
import { endsUnasked, startChildProgram } from './childProgram.ts';
import type { Scenario } from './scenario.ts';

export interface StageOptions {
  scenario: Scenario;
  /** The demo's own; its programs are given it with the demo's values in place of the user's. */
  environment: Environment;
  programSearch: Omit<ProgramSearch, 'log'>;
  say: (line: string) => void;
  /** What must be done on every way out, last first. Filled as things are started. */
  closers: (() => Promise<void>)[];
}

export interface Stage {
  client: ThroughlineClient;
  uiUrl: string;
  workers: readonly ChildProgram[];
  /** What the simulated endpoint meant to say; null with the real API. */
  truth(): Promise<string | null>;
  /** Rejects when a program ends that should not; never resolves. */
  broken: Promise<never>;
}

const HOST = '127.0.0.1';
const TASK_QUEUE = 'throughline';
const START_MS = 30_000;
const POLL_MS = 50;
const WORKERS = 2;

/** Times short enough to be watched. */
const WORKER_SETTINGS = {
  THROUGHLINE_HEARTBEAT_MS: '500',
  THROUGHLINE_WORKER_LOST_MS: '3000',
  THROUGHLINE_DRAIN_MS: '0',
};

export async function openStage(options: StageOptions): Promise<Stage> {
  const { scenario, say, closers } = options;
  const folder = await mkdtemp(join(tmpdir(), 'throughline-demo-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));

  const program = await findTemporalProgram({ ...options.programSearch, log: say });
  const server = await startTemporalServer({
    program,
    port: 0,
    uiPort: 0,
    dbFilename: join(folder, 'temporal.db'),
    log: say,
  });
  closers.push(() => server.stop());
  let serverStopping = false;
  closers.push(async () => void (serverStopping = true));
  const serverGone = server.exited.then(async ({ lastLines }) => {
    if (serverStopping) return new Promise<never>(() => undefined);
    throw new Error(`the Temporal server ended by itself. Its last lines:\n${lastLines}`);
  });

  // Not an empty file: Temporal's reader wants a profile of that name.
  const ownConfig = join(folder, 'temporal.toml');
  await writeFile(ownConfig, '[profile.default]\n');
  const environment = { ...ownEnvironment(options.environment), TEMPORAL_CONFIG_FILE: ownConfig };
  const simulator =
    scenario.profile === null
      ? null
      : await startSimulatorProgram(scenario.profile, folder, environment, closers);
  const workers = await startWorkers(environment, server.address, simulator?.url ?? null, closers);
  const broken = Promise.race([
    serverGone,
    ...[...workers, ...(simulator === null ? [] : [simulator.program])].map(endsUnasked),
  ]);
  // Raced against below and by the caller; in between nobody may be listening.
  broken.catch(() => undefined);

  const client = await ThroughlineClient.connect({
    connection: { address: server.address },
    taskQueue: TASK_QUEUE,
  });
  closers.push(() => client.close());
  await Promise.race([untilPolling(client, workers), broken]);
  return {
    client,
    uiUrl: server.uiUrl ?? '',
    workers,
    truth: async () => (simulator === null ? null : truthOf(simulator.url, scenario.prompt)),
    broken,
  };
}

/** Without the user's Temporal and worker settings: they are meant for another service than the demo's own. */
function ownEnvironment(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith('TEMPORAL_') && !name.startsWith('THROUGHLINE_'),
    ),
  );
}

async function startSimulatorProgram(
  profile: Record<string, unknown>,
  folder: string,
  environment: Environment,
  closers: StageOptions['closers'],
): Promise<{ program: ChildProgram; url: string }> {
  const profileFile = join(folder, 'profile.json');
  await writeFile(profileFile, JSON.stringify(profile, null, 2));
  const port = await freePort(HOST, 0, '--port');
  const program = await startChildProgram(
    ['simulate', '--port', String(port), '--profile', profileFile],
    environment,
  );
  closers.push(() => program.stop());
  const url = `http://${HOST}:${port}`;
  await Promise.race([untilAnswering(url), endsUnasked(program)]);
  return { program, url };
}

async function startWorkers(
  environment: Environment,
  temporalAddress: string,
  simulatorUrl: string | null,
  closers: StageOptions['closers'],
): Promise<ChildProgram[]> {
  const claude =
    simulatorUrl === null ? {} : { ANTHROPIC_BASE_URL: simulatorUrl, ANTHROPIC_API_KEY: 'simulated' };
  const settings = {
    ...WORKER_SETTINGS,
    TEMPORAL_ADDRESS: temporalAddress,
    THROUGHLINE_TASK_QUEUE: TASK_QUEUE,
  };
  const workers: ChildProgram[] = [];
  for (let started = 0; started < WORKERS; started++) {
    const worker = await startChildProgram(['worker'], { ...environment, ...claude, ...settings });
    closers.push(() => worker.stop());
    workers.push(worker);
  }
  return workers;
}

/** Both must be there before the one is killed. */
async function untilPolling(client: ThroughlineClient, workers: readonly ChildProgram[]): Promise<void> {
  const { TaskQueueType } = proto.temporal.api.enums.v1;
  await until('the workers do not ask for work', async () => {
    const { pollers } = await client.temporal.workflowService.describeTaskQueue({
      namespace: client.temporal.options.namespace,
      taskQueue: { name: TASK_QUEUE },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    const identities = pollers.map(({ identity }) => identity ?? '');
    return workers.every((worker) => identities.some((identity) => isIdentityOf(identity, worker)));
  });
}

/** A worker's identity begins with its process id, as Temporal's SDK makes it. */
export function isIdentityOf(identity: string, worker: Pick<ChildProgram, 'pid'>): boolean {
  return identity.startsWith(`${worker.pid}@`);
}

async function untilAnswering(url: string): Promise<void> {
  await until(`the simulated endpoint does not answer at ${url}`, async () => {
    try {
      return (await fetch(url)).ok;
    } catch {
      return false;
    }
  });
}

async function until(otherwise: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${otherwise} (waited ${START_MS / 1_000} s)`);
    await sleep(POLL_MS);
  }
}

async function truthOf(simulatorUrl: string, prompt: string): Promise<string> {
  const response = await fetch(`${simulatorUrl}/_simulator/truth?prompt=${encodeURIComponent(prompt)}`);
  const body = await response.text();
  if (!response.ok)
    throw new Error(`the simulated endpoint does not tell what it meant to say: ${response.status} ${body}`);
  return body;
}
