/** The stage of an integration test: a simulated Claude, workers in this process or their own, and a client. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { ThroughlineClient } from '../../src/client/index.ts';
import type { AttemptRecord, ResultDocument } from '../../src/client/index.ts';
import { readWorkerConfig } from '../../src/config.ts';
import { parseProfile } from '../../src/simulator/profile.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { createWorker } from '../../src/worker.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface StageOptions {
  /** The simulator's profile, as in a profile file. */
  profile?: object;
  environment?: Record<string, string>;
  /** Another server than the one all tests share. */
  temporalAddress?: string;
}

export interface WorkerProcess {
  child: ChildProcess;
  /** Resolves with the exit code once the process is gone. */
  exited: Promise<number | null>;
}

export class Stage {
  readonly simulator: Simulator;
  readonly client: ThroughlineClient;
  readonly environment: Record<string, string>;
  readonly #endings: (() => Promise<unknown>)[] = [];

  private constructor(simulator: Simulator, client: ThroughlineClient, environment: Record<string, string>) {
    this.simulator = simulator;
    this.client = client;
    this.environment = environment;
  }

  static async set(options: StageOptions = {}): Promise<Stage> {
    const parsed = parseProfile(options.profile ?? {});
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
    const simulator = await startSimulator({ profile: parsed.profile });
    const address = options.temporalAddress ?? inject('temporalAddress');
    const taskQueue = `test-${randomUUID()}`;
    const environment = {
      TEMPORAL_ADDRESS: address,
      THROUGHLINE_TASK_QUEUE: taskQueue,
      THROUGHLINE_HEARTBEAT_MS: '250',
      THROUGHLINE_WORKER_LOST_MS: '1500',
      THROUGHLINE_DRAIN_MS: '0',
      ANTHROPIC_API_KEY: 'test',
      ANTHROPIC_BASE_URL: simulator.url,
      ...options.environment,
    };
    const client = await ThroughlineClient.connect({ connection: { address }, taskQueue });
    return new Stage(simulator, client, environment);
  }

  /** A worker in this process; returns how to stop it. */
  async worker(environment: Record<string, string> = {}): Promise<() => Promise<void>> {
    const config = readWorkerConfig({ ...this.environment, ...environment });
    const worker = await createWorker(config, { workflowBundle: BUNDLE });
    const running = worker.run();
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      worker.shutdown();
      return (stopped ??= running);
    };
    this.#endings.push(stop);
    return stop;
  }

  /** A worker in a process of its own, which can be killed. Returns once it polls. */
  async workerProcess(environment: Record<string, string> = {}): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [PROGRAM, 'worker'], {
      env: { PATH: process.env['PATH'] ?? '', ...this.environment, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    this.#endings.push(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    await until(
      () => said.includes('RUNNING') || child.exitCode !== null,
      `the worker to run; it said: ${said}`,
    );
    if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${said}`);
    return { child, exited };
  }

  /** A request document about something nobody asked before. */
  request(
    overrides: {
      model?: string;
      prompt?: string;
      maxTokens?: number;
      limits?: object;
      [field: string]: unknown;
    } = {},
  ): {
    id: string;
    prompt: string;
    document: object;
  } {
    const id = `test-${randomUUID()}`;
    const {
      model = 'claude-sonnet-5-5',
      prompt = `Write about ${id}.`,
      maxTokens = 32_000,
      limits,
      ...rest
    } = overrides;
    const document = {
      id,
      message: { model, max_tokens: maxTokens, messages: [{ role: 'user', content: prompt }] },
      limits: { interTokenMs: 1_500, totalMs: 60_000, ...limits },
      ...rest,
    };
    return { id, prompt, document };
  }

  /** Enqueues and waits for the end, whatever it is. */
  async generate(
    overrides: Parameters<Stage['request']>[0] = {},
  ): Promise<{ result: ResultDocument; truth: string }> {
    const { id, prompt, document } = this.request(overrides);
    await this.client.enqueue(document);
    const result = await this.client.result(id);
    return { result, truth: this.simulator.truth(prompt) };
  }

  /** Waits until so many characters are safe outside the worker. */
  async untilKept(id: string, characters: number): Promise<ResultDocument> {
    let document = await this.client.read(id);
    await until(async () => {
      document = await this.client.read(id);
      return document.text.length >= characters;
    }, `${characters} characters of ${id}`);
    return document;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#endings.map((end) => end()));
    await this.client.close();
    await this.simulator.close();
  }
}

/** A request as it came to the simulator, as far as tests look at it. */
export interface Body {
  max_tokens: number;
  messages: { role: string; content: string | { type: string }[] }[];
}

/** A stage with one worker, where texts come as fast as they can and requests are remembered. */
export async function stageWithWorker(profile: object): Promise<Stage> {
  const fast = { deltasPerSecond: 0, charactersPerDelta: 30, logBodies: true };
  const stage = await Stage.set({ profile: { ...fast, ...profile } });
  await stage.worker();
  return stage;
}

/** The requests that came to the stage's simulator, oldest first. */
export function bodiesOf(stage: Stage): Body[] {
  return stage.simulator.log.map(({ body }) => body as Body);
}

/** Waits for a condition; the tests' only sleep. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await sleep(20);
  }
}

/**
 * Whether a first attempt that was cut short kept every character it had received. Of a message that did not end the
 * worker reckons the output tokens from the characters it read, four to a token, each begun one counted.
 */
export function keptAllReceived(attempt: AttemptRecord | undefined): boolean {
  if (attempt?.usage?.outputTokens == null || attempt.usage.estimated !== true) return false;
  return Math.ceil(attempt.keptCharacters / 4) === attempt.usage.outputTokens;
}
