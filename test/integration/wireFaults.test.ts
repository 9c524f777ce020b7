/**
 * Every fault of the wire through a whole generation: real servers, real workers, real sockets. All are played side by
 * side, each on the first request of its own generation; a test then looks at what became of its own.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttemptRecord, ResultDocument } from '../../src/client/index.ts';
import { startFaultyEndpoint } from '../faults/faultyEndpoint.ts';
import type { FaultyEndpoint } from '../faults/faultyEndpoint.ts';
import type { Way, WireFault } from '../faults/wireFault.ts';
import { WIRE_FAULTS } from '../faults/wireFaults.ts';
import { Stage, until } from './stage.ts';

interface Case {
  title: string;
  fault: Omit<WireFault, 'ways'>;
  way: Way;
  /** In its prompt, and in no other. */
  marker: string;
}

interface Played {
  result: ResultDocument;
  /** The text as it should be in the end. */
  truth: string;
  /** The text of the faulty response. */
  sent: string;
}

const CASES: readonly Case[] = WIRE_FAULTS.flatMap(({ ways, ...fault }) =>
  ways.map((way) => ({ fault, way })),
).map(({ fault, way }, index) => ({
  title: titleOf(fault, way),
  fault,
  way,
  marker: `(case ${index + 1})`,
}));

/** Fast, and half of it is more than a back-off is asked for. */
const SOUND = {
  characters: 1_200,
  charactersPerDelta: 30,
  deltasPerSecond: 0,
  pingEveryMs: 0,
  logBodies: true,
};
/** Too long to matter, however busy the machine is. */
const LONG = { connectMs: 20_000, firstTokenMs: 20_000, thinkingMs: 20_000, interTokenMs: 20_000 };
const PATIENT = { THROUGHLINE_WORKER_LOST_MS: '20000' };
/** More of them only wait for the Temporal server. */
const AT_ONCE = 40;

let stage: Stage;
let endpoint: FaultyEndpoint;
const idByMarker = new Map<string, string>();
const playing = new Map<Case, Promise<Played>>();

beforeAll(async () => {
  stage = await Stage.set({
    profile: { ...SOUND, faults: CASES.flatMap(simulatorFaults) },
    environment: PATIENT,
  });
  endpoint = await startFaultyEndpoint({
    ways: new Map(CASES.map(({ marker, way }) => [marker, way])),
    port: stage.simulator.port,
    untilKept: (marker, characters) => stage.untilKept(idByMarker.get(marker) ?? '', characters),
  });
  await stage.worker({ ANTHROPIC_BASE_URL: endpoint.baseUrl });
  const inTurn = turns(AT_ONCE);
  for (const each of CASES.toSorted((one, other) => rankOf(one) - rankOf(other))) {
    const ended = inTurn(() => (each.way.how.by === 'address' ? playAtAddress(each) : play(each)));
    // Its test sees that it failed; until then nobody looks.
    ended.catch(() => {});
    playing.set(each, ended);
  }
});

afterAll(async () => {
  await Promise.allSettled(playing.values());
  await stage.clear();
  await endpoint.stop();
});

/** Those that wait begin first, and others run meanwhile; last come those that need workers of their own. */
function rankOf({ way: { how, limits, waitsMs, times } }: Case): number {
  if (how.by === 'address') return 3;
  if (limits?.totalMs !== undefined) return 0;
  return [limits, waitsMs, times].some((each) => each !== undefined) ? 1 : 2;
}

function titleOf({ cause, outcome, next, kept }: Case['fault'], { name, detail }: Way): string {
  const what = name === '' ? cause : `${cause} (${name})`;
  return `${what} → ${[outcome, detail].filter((part) => part !== '').join(', ')} → ${next}, kept: ${kept}`;
}

function simulatorFaults({ way: { how, times = 1 }, marker }: Case): object[] {
  if (how.by !== 'simulator') return [];
  return Array.from({ length: times }, (_, index) => ({
    ...how.fault,
    attempt: index + 1,
    promptIncludes: marker,
  }));
}

function askedFor(each: Case): { model: string; prompt: string; limits: object } {
  // A model of its own: a refusal holds back everybody who asks the same one.
  const date = 20_000_101 + CASES.indexOf(each);
  const { way, marker } = each;
  return {
    model: `claude-sonnet-5-5-${date}`,
    prompt: `Write about ${marker}.`,
    limits: { ...LONG, ...way.limits },
  };
}

async function play(each: Case): Promise<Played> {
  const { way, marker } = each;
  const { id, prompt, document } = stage.request(askedFor(each));
  idByMarker.set(marker, id);
  await stage.client.enqueue(document);
  const result = await stage.client.result(id);
  const faulty = stage.simulator.log.find(({ body }) => JSON.stringify(body).includes(marker));
  const sent = way.how.by === 'bytes' ? endpoint.sentText(marker) : (faulty?.sentText ?? '');
  return { result, truth: stage.simulator.truth(prompt), sent };
}

/** Of an address that cannot be mended it is enough that it is asked again: two attempts, both as the row says. */
async function playAtAddress(each: Case): Promise<Played> {
  if (each.way.how.by !== 'address') throw new Error(`${each.title} is played elsewhere`);
  const address = await each.way.how.open();
  const own = await Stage.set({ profile: SOUND, environment: { ...PATIENT, ...address.environment } });
  try {
    await own.worker();
    const maxAttempts = address.mend === null ? 2 : undefined;
    const { id, prompt, document } = own.request({ ...askedFor(each), ...(maxAttempts && { maxAttempts }) });
    await own.client.enqueue(document);
    if (address.mend !== null) {
      await until(async () => (await own.client.read(id)).attempts.length > 0, 'the first attempt to fail');
      await address.mend(own.simulator.port);
    }
    const result = await own.client.result(id);
    return { result, truth: address.mend === null ? '' : own.simulator.truth(prompt), sent: '' };
  } finally {
    await own.clear();
    await address.close();
  }
}

/** As a row says it. */
function detailOf({ phase, silence, error, stopReason }: AttemptRecord): string {
  return phase === null ? (error?.kind ?? stopReason ?? '') : `${phase}, ${silence ?? ''}`;
}

function checkWhatNext({ fault, way }: Case, { result, truth }: Played): void {
  const { attempts, status, text, error } = result;
  const faulty = way.times ?? 1;
  switch (fault.next) {
    case 'goes on':
      if (truth === '') {
        expect({ status, kind: error?.kind }).toEqual({ status: 'failed', kind: 'attempts_exhausted' });
        expect(attempts.map(detailOf)).toEqual([way.detail, way.detail]);
        return;
      }
      expect(status).toBe('complete');
      expect(text).toBe(truth);
      expect(attempts.length).toBeGreaterThan(faulty);
      return;
    case 'fails at once':
      expect({ status, kind: error?.kind }).toEqual({ status: 'failed', kind: way.detail });
      expect(attempts).toHaveLength(1);
      return;
    case 'complete':
    case 'incomplete':
    case 'timed_out':
      expect(status).toBe(fault.next);
      expect(attempts).toHaveLength(1);
      return;
    default:
      fault.next satisfies never;
  }
}

function checkKept({ fault, way }: Case, { result, truth, sent }: Played): void {
  const kept = result.attempts[0]?.keptCharacters ?? -1;
  switch (fault.kept) {
    case 'nothing':
      expect(kept).toBe(0);
      return;
    case 'what came':
      expect(sent).not.toBe('');
      expect(kept).toBeLessThanOrEqual(sent.length);
      expect(kept).toBeGreaterThanOrEqual(sent.length - (way.mayLoseCharacters ?? 0));
      expect(result.text.slice(0, kept)).toBe(sent.slice(0, kept));
      return;
    case 'what fits':
      expect(kept).toBeGreaterThan(1_400_000);
      expect(sent.slice(0, kept)).toBe(result.text);
      return;
    case 'the whole text':
      expect(truth).not.toBe('');
      expect(result.text).toBe(truth);
      return;
    default:
      fault.kept satisfies never;
  }
}

describe('what goes wrong on the wire', () => {
  it.each(CASES.map((each) => [each.title, each] as const))('%s', async (_title, each) => {
    const played = await playing.get(each)!;
    const { attempts } = played.result;
    const { outcome } = each.fault;
    const faulty = attempts.slice(0, each.way.times ?? 1);
    expect(faulty.map((attempt) => [attempt.outcome, detailOf(attempt)])).toEqual(
      faulty.map(() => [outcome, each.way.detail]),
    );
    checkWhatNext(each, played);
    checkKept(each, played);
    if (each.way.waitsMs !== undefined) {
      const [ended, startedAgain] = [attempts[0]?.endedAt, attempts[1]?.startedAt];
      expect(Date.parse(startedAgain ?? '') - Date.parse(ended ?? '')).toBeGreaterThanOrEqual(
        each.way.waitsMs,
      );
    }
  });
});

/** Lets so many run at once; the others wait in the order in which they came. */
function turns(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
