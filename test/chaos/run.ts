/** A run: Temporal, workers and the simulated endpoint, many generations, and accidents until the last has ended. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThroughlineClient } from '../../src/client/index.ts';
import { readAsk } from '../../src/simulator/conversation.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { Crew } from './crew.ts';
import type { Conditions, GenerationFacts } from './facts.ts';
import { generate } from './generate.ts';
import type { Generated } from './generate.ts';
import { judge } from './judge.ts';
import * as settings from './options.ts';
import type { ChaosOptions } from './options.ts';
import { Accidents } from './perform.ts';
import { planAccidents, planDrains, planGenerations } from './plan.ts';
import type { PlannedGeneration } from './plan.ts';
import type { ChaosReport, JudgedGeneration } from './report.ts';
import { Pulse } from './pulse.ts';
import { RestartableServer } from './server.ts';

/** What may still be sent after the last end has so long to stop, before it is judged. */
const LAST_SENDING_MS = 4_000;
const TELL_EVERY_MS = 10_000;

const CONDITIONS: Conditions = {
  heartbeatMs: settings.HEARTBEAT_MS,
  workerLostMs: settings.WORKER_LOST_MS,
  charactersPerMs: (settings.CHARACTERS_PER_DELTA * settings.DELTAS_PER_SECOND) / 1_000,
  stallAfterMs: settings.STALL_AFTER_MS,
};

/** Whatever becomes of it, nothing that it started is left running. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const closers: (() => Promise<unknown>)[] = [];
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(new Error('The run was interrupted.'));
    if (options.signal.aborted) abort();
    options.signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([play(options, closers), aborted]);
  } finally {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      await closer().catch((error: unknown) => options.say(`Could not clear up all: ${String(error)}`));
    }
  }
}

async function play(options: ChaosOptions, closers: (() => Promise<unknown>)[]): Promise<ChaosReport> {
  const { seed, workers, say } = options;
  const startedAt = Date.now();
  const oddities: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'throughline-chaos-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const server = await RestartableServer.start(options.program, join(folder, 'temporal.db'));
  closers.push(() => server.stop());
  const simulator = await startSimulator({ profile: profileOf(seed) });
  closers.push(() => simulator.close());
  const taskQueue = `chaos-${randomUUID()}`;
  const crew = new Crew({
    environment: {
      PATH: process.env['PATH'] ?? '',
      TEMPORAL_ADDRESS: server.address,
      THROUGHLINE_TASK_QUEUE: taskQueue,
      THROUGHLINE_HEARTBEAT_MS: String(settings.HEARTBEAT_MS),
      THROUGHLINE_WORKER_LOST_MS: String(settings.WORKER_LOST_MS),
      ANTHROPIC_API_KEY: 'simulated',
      ANTHROPIC_BASE_URL: simulator.url,
    },
    odd: (what) => oddities.push(what),
    isServerUp: () => server.isUp,
  });
  closers.push(() => crew.close());
  const client = await ThroughlineClient.connect({ connection: { address: server.address }, taskQueue });
  closers.push(() => client.close());
  await Promise.all(planDrains(seed, workers).map((drainMs) => crew.hire(drainMs)));
  say(`${workers} workers run against ${server.address}`);

  const ending = new AbortController();
  closers.push(async () => ending.abort());
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const generations = planGenerations(seed, options.generations, options.characters);
  const totalMs = settings.totalMsOf(options);
  const underWay = new Set<string>();
  const isWell = (pid: number): boolean => crew.running.some((worker) => worker.pid === pid);
  const pulse = new Pulse({ client, underWay, server, isWell });
  const accidents = new Accidents({ crew, server, log: simulator.log, fail });
  const plan = options.accidents ?? planAccidents(seed, { workerLostMs: settings.WORKER_LOST_MS });
  const beating = pulse.beat(ending.signal);
  const performing = accidents.performAll(plan, ending.signal);
  const ended = await Promise.race([
    generateAll(options, generations, async (planned) => {
      underWay.add(planned.id);
      try {
        return await generate({ client, accidents: accidents.facts, totalMs }, planned);
      } catch (error) {
        oddities.push(`${planned.id} could not be followed: ${String(error)}`);
        return null;
      } finally {
        underWay.delete(planned.id);
      }
    }),
    failed,
  ]);
  ending.abort();
  await Promise.all([performing, beating]);
  await Promise.race([accidents.settled(), failed]);
  await untilSilent(simulator);

  const judged = ended.map((generated) =>
    judgedOf(generated, { accidents: accidents.facts, lags: pulse.lags }, simulator),
  );
  return {
    seed,
    planned: generations.length,
    generations: judged,
    accidents: accidents.facts,
    records: simulator.log,
    oddities,
    lags: pulse.lags,
    heartbeatAges: pulse.ages,
    tookMs: Date.now() - startedAt,
  };
}

function profileOf(seed: number): Parameters<typeof startSimulator>[0]['profile'] {
  return {
    seed,
    divergent: true,
    charactersPerDelta: settings.CHARACTERS_PER_DELTA,
    deltasPerSecond: settings.DELTAS_PER_SECOND,
    chaos: { seed, share: settings.FAULT_SHARE, most: settings.MOST_FAULTS },
  };
}

/** So many at once, for as long as one more could still end in time. */
async function generateAll(
  options: ChaosOptions,
  plan: readonly PlannedGeneration[],
  one: (planned: PlannedGeneration) => Promise<Generated | null>,
): Promise<Generated[]> {
  const { concurrency, mostMs, say, signal } = options;
  const lastStartAt = Date.now() + mostMs - settings.totalMsOf(options);
  const waiting = plan.values();
  const ended: Generated[] = [];
  const telling = setInterval(() => say(`${ended.length} of ${plan.length} have ended`), TELL_EVERY_MS);
  const lane = async (): Promise<void> => {
    for (const planned of waiting) {
      if (Date.now() > lastStartAt || signal.aborted) return;
      const generated = await one(planned);
      if (generated !== null) ended.push(generated);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, plan.length) }, lane));
  } finally {
    clearInterval(telling);
  }
  return ended;
}

async function untilSilent({ log }: Simulator): Promise<void> {
  const deadline = Date.now() + LAST_SENDING_MS;
  while (log.some(({ endedAt }) => endedAt === null) && Date.now() < deadline) await sleep(100);
}

function judgedOf(
  { planned, prompt, runs, document, starts }: Generated,
  befell: Pick<GenerationFacts, 'accidents' | 'lags'>,
  simulator: Simulator,
): JudgedGeneration {
  const records = simulator.log.filter(({ conversation }) => conversation === keyOf(prompt));
  const facts: GenerationFacts = {
    id: planned.id,
    characters: planned.characters,
    runs,
    document,
    truth: records.length === 0 ? null : simulator.truth(prompt),
    records,
    starts,
    ...befell,
    judgedAt: Date.now(),
    conditions: CONDITIONS,
  };
  return { planned, facts, judgement: judge(facts) };
}

/** Under which the simulator's log has the requests of a prompt. */
function keyOf(prompt: string): string {
  const messages = [{ role: 'user' as const, content: prompt }];
  return readAsk({ model: '', max_tokens: 1, messages }).conversation;
}
