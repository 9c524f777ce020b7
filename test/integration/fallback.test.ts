/** The next model in the order given: at once where one is gone, after a bounded time where it has no room. */
import { afterEach, describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const FIRST = 'claude-haiku-4-5';
const SECOND = 'claude-opus-5';
const THIRD = 'claude-sonnet-5-5';
const FAST = { characters: 4_000, deltasPerSecond: 0 };
/** The first model says so much, and then nothing more is to be had of it. */
const CUT = { attempt: 1, kind: 'reset', afterCharacters: 1_500 };

describe('the next model goes on from the kept text', () => {
  it('at once where a model is gone, in the order given, each once', async () => {
    stage = await Stage.set({
      profile: {
        ...FAST,
        faults: [
          CUT,
          { every: true, model: FIRST, kind: 'status', status: 404 },
          { every: true, model: SECOND, kind: 'status', status: 404 },
        ],
      },
    });
    await stage.worker();
    const { result, truth } = await stage.generate({
      model: FIRST,
      fallbackModels: [FIRST, SECOND, SECOND, THIRD],
    });
    expect(result).toMatchObject({ status: 'complete', model: THIRD });
    expect(result.text).toBe(truth);
    expect(result.attempts.map(({ model, outcome }) => `${model} ${outcome}`)).toEqual([
      `${FIRST} connection_lost`,
      `${FIRST} api_error`,
      `${SECOND} api_error`,
      `${THIRD} complete`,
    ]);
    expect(result.attempts[0]?.keptCharacters).toBeGreaterThan(1_000);
    expect(result.attempts[3]?.resume).toBe('continuation');
  });

  it.each([429, 503, 529])('after three refusals in a row with %i, within seconds', async (status) => {
    const busy = { every: true, model: FIRST, kind: 'status', status, headers: { 'retry-after-ms': '300' } };
    stage = await Stage.set({ profile: { ...FAST, faults: [CUT, busy] } });
    await stage.worker();
    const { result, truth } = await stage.generate({ model: FIRST, fallbackModels: [THIRD] });
    expect(result).toMatchObject({ status: 'complete', model: THIRD });
    expect(result.text).toBe(truth);
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual([
      'connection_lost',
      ...Array.from({ length: 3 }, () => 'api_error'),
      'complete',
    ]);
    expect(Date.parse(result.endedAt ?? '') - Date.parse(result.enqueuedAt)).toBeLessThan(15_000);
  });
});

it('without another model an overload is waited for, and a wait longer than the budget ends it at once', async () => {
  const busy = { every: true, kind: 'status', status: 529, headers: { 'retry-after': '3600' } };
  stage = await Stage.set({ profile: { ...FAST, faults: [busy] } });
  await stage.worker();
  const one = await stage.generate().catch((error: unknown) => error);
  expect(one).toMatchObject({
    result: { status: 'failed', error: { kind: 'overloaded_error', retryAfterMs: 3_600_000 } },
  });
  // Told of it by the gate, the next one need not ask.
  const { id, document } = stage.request();
  await stage.client.enqueue(document);
  const next = await stage.client.result(id);
  expect(next).toMatchObject({ status: 'failed', error: { kind: 'overloaded_error' } });
  expect(next.error?.message).toContain('was not sent');
  expect(next.error?.retryAfterMs).toBeGreaterThan(3_500_000);
  expect(stage.simulator.log).toHaveLength(1);
});
