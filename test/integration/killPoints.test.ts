/**
 * A worker killed by SIGKILL, at each step of an attempt and at any other moment: what was not safe is asked for again.
 *
 * KILL_POINTS=100 tries as many random moments, and prints how much had to be generated twice.
 */
import { expect, it } from 'vitest';
import type { RequestRecord } from '../../src/simulator/log.ts';
import { Stage, until } from './stage.ts';

const HEARTBEAT_MS = 1_000;
const DELTA = 20;
const DELTAS_PER_SECOND = 100;
const CHARACTERS = 12_000;
const CHARACTERS_PER_BEAT = (DELTA * DELTAS_PER_SECOND * HEARTBEAT_MS) / 1_000;
/** Of the simulator's writes that nobody reads any more: what the sockets hold. */
const UNREAD = 400;
const AT_ONCE = 3;

const PACED = { characters: CHARACTERS, charactersPerDelta: DELTA, deltasPerSecond: DELTAS_PER_SECOND };

const ENVIRONMENT = {
  THROUGHLINE_HEARTBEAT_MS: String(HEARTBEAT_MS),
  THROUGHLINE_WORKER_LOST_MS: String(3 * HEARTBEAT_MS),
};

interface Killing {
  profile?: object;
  /** When the worker is to be killed: resolves at that moment. */
  moment: (stage: Stage) => Promise<unknown>;
}

/** A generation whose first worker is killed. Returns how many characters were generated in vain. */
async function killed({ profile = PACED, moment }: Killing, model = 'claude-sonnet-5-5'): Promise<number> {
  const stage = await Stage.set({ profile, environment: ENVIRONMENT });
  try {
    const first = await stage.workerProcess();
    const { id, prompt, document } = stage.request({ model, maxTokens: 400_000 });
    await stage.client.enqueue(document);
    await moment(stage);
    first.child.kill('SIGKILL');
    await first.exited;
    await stage.workerProcess();
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    return continued(stage.simulator.log) - result.text.length;
  } finally {
    await stage.clear();
  }
}

function continued(log: readonly RequestRecord[]): number {
  return log.reduce((sum, { continuation }) => sum + continuation.length, 0);
}

function untilSent(characters: number): Killing['moment'] {
  return (stage) =>
    until(() => (stage.simulator.log[0]?.sentCharacters ?? 0) >= characters, `${characters} characters`);
}

/** Between a request's arrival and the message's end, as the simulator paces it. */
function randomMoment(random: number): Killing['moment'] {
  const durationMs = (CHARACTERS / DELTA / DELTAS_PER_SECOND) * 1_000;
  return async (stage) => {
    await until(() => stage.simulator.log.length > 0, 'the request');
    const [first] = stage.simulator.log;
    const at = (first?.at ?? 0) + random * durationMs;
    await until(() => Date.now() >= at, 'the moment');
  };
}

it.concurrent.each<[string, Killing]>([
  [
    'before the first heartbeat',
    { moment: (stage) => until(() => stage.simulator.log.length > 0, 'the request') },
  ],
  ['in the middle', { moment: untilSent(CHARACTERS / 2) }],
  [
    'between the last delta and the return',
    {
      profile: {
        ...PACED,
        faults: [{ attempt: 1, kind: 'stop_reason_then_silence', silence: 'pings', everyMs: 50 }],
      },
      moment: async (stage) => {
        const isSaid = (): boolean => stage.simulator.log[0]?.fault === 'stop_reason_then_silence';
        await until(isSaid, 'the stop reason');
      },
    },
  ],
  [
    'while a chunk is under way, as they are all the time where a text comes fast',
    {
      profile: { characters: 400_000, charactersPerDelta: 300, deltasPerSecond: 200 },
      moment: untilSent(150_000),
    },
  ],
])('killed %s: byte-identical', async (_, killing) => {
  const lost = await killed(killing);
  expect(lost).toBeGreaterThanOrEqual(0);
  if (killing.profile === undefined) expect(lost).toBeLessThanOrEqual(CHARACTERS_PER_BEAT + UNREAD);
});

const points = Number(process.env['KILL_POINTS'] ?? 0);
it.runIf(points > 0)(
  `killed at ${points} random moments: byte-identical each time, at most one heartbeat interval twice`,
  async () => {
    const moments = Array.from({ length: points }, (_, index) => (index + Math.random()) / points);
    const lost: number[] = [];
    const next = async (): Promise<void> => {
      for (let moment = moments.shift(); moment !== undefined; moment = moments.shift()) {
        const model = moments.length % 2 === 0 ? 'claude-haiku-4-5' : 'claude-sonnet-5-5';
        lost.push(await killed({ moment: randomMoment(moment) }, model));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    const sorted = lost.toSorted((a, b) => a - b);
    const percentile = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
    console.log(
      `characters generated twice, of ${CHARACTERS}: least ${percentile(0)}, p50 ${percentile(0.5)}, p90 ${percentile(0.9)}, most ${percentile(1)}`,
    );
    expect(percentile(1)).toBeLessThanOrEqual(CHARACTERS_PER_BEAT + UNREAD);
  },
  points * 60_000,
);
