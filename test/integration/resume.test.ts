import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage | null = null;
afterEach(async () => {
  await stage?.clear();
  stage = null;
});

const CAUSES = [
  { fault: { kind: 'stall', silence: 'pings' }, outcome: 'stalled', silence: 'pings_only' },
  { fault: { kind: 'stall', silence: 'comments' }, outcome: 'stalled', silence: 'comments_only' },
  { fault: { kind: 'stall', silence: 'nothing' }, outcome: 'stalled', silence: 'no_bytes' },
  { fault: { kind: 'stall', silence: 'empty_deltas' }, outcome: 'stalled', silence: 'pings_only' },
  { fault: { kind: 'eof' }, outcome: 'connection_lost', error: 'ended_early' },
  { fault: { kind: 'reset' }, outcome: 'connection_lost', error: 'connection_reset' },
  {
    fault: { kind: 'error_event', type: 'overloaded_error' },
    outcome: 'api_error',
    error: 'overloaded_error',
  },
  { fault: { kind: 'malformed_event' }, outcome: 'connection_lost' },
] as const;

describe.each(['claude-haiku-4-5', 'claude-sonnet-5-5'])('a text cut in the middle, on %s', (model) => {
  let all: Stage;
  let played: Awaited<ReturnType<Stage['generate']>>[];

  // All at once, through one worker: most of their time they wait for a stall.
  beforeAll(async () => {
    const faults = CAUSES.map(({ fault }, index) => ({
      attempt: 1,
      afterCharacters: 2_000,
      promptIncludes: `(cause ${index})`,
      ...fault,
    }));
    all = await Stage.set({ profile: { characters: 6_000, deltasPerSecond: 1_000, faults } });
    await all.worker();
    played = await Promise.all(
      CAUSES.map((_, index) => all.generate({ model, prompt: `Write about it (cause ${index}).` })),
    );
  });
  afterAll(() => all.clear());

  it.each(CAUSES)('goes on after $fault, byte-identically, and the ledger names the cause', (cause) => {
    const { result, truth } = played[CAUSES.indexOf(cause)] as (typeof played)[number];
    expect(result).toMatchObject({ status: 'complete', complete: true, verified: true, simulated: true });
    expect(result.text).toBe(truth);
    const [first, second] = result.attempts;
    expect(result.attempts).toHaveLength(2);
    expect(first).toMatchObject({ outcome: cause.outcome, regeneratedCharacters: 0 });
    expect(first?.keptCharacters).toBeGreaterThanOrEqual(2_000);
    if ('silence' in cause) {
      expect(first).toMatchObject({ phase: 'inter_token', silence: cause.silence });
      expect(first?.detectedAfterMs).toBeGreaterThanOrEqual(1_500);
    }
    if ('error' in cause) expect(first?.error?.kind).toBe(cause.error);
    const seam = model === 'claude-haiku-4-5' ? 'exact' : 'anchor';
    expect(second).toMatchObject({
      outcome: 'complete',
      stopReason: 'end_turn',
      seam: { kind: seam, verified: true },
    });
  });
});

describe('limits', () => {
  it('a thinking phase longer than interTokenMs, with nothing but pings, is no stall', async () => {
    stage = await Stage.set({
      profile: { characters: 1_000, pingEveryMs: 100, thinking: { durationMs: 1_500, display: 'omitted' } },
    });
    await stage.worker();
    const { result, truth } = await stage.generate({ limits: { interTokenMs: 500 } });
    expect(result.attempts).toHaveLength(1);
    expect(result.text).toBe(truth);
  });

  it('a 400 about prefill corrects the table and costs no attempt', async () => {
    stage = await Stage.set({
      profile: {
        characters: 4_000,
        deltasPerSecond: 1_000,
        prefillModels: [],
        faults: [{ attempt: 1, afterCharacters: 1_000, kind: 'reset' }],
      },
    });
    await stage.worker();
    const { result, truth } = await stage.generate({ model: 'claude-haiku-4-5' });
    expect(result.text).toBe(truth);
    expect(result.attempts.map(({ outcome, resume }) => [outcome, resume])).toEqual([
      ['connection_lost', 'none'],
      ['complete', 'continuation'],
    ]);
  });

  it('resume: prefill on a model that refuses it fails after one refusal, the text kept', async () => {
    stage = await Stage.set({
      profile: {
        characters: 4_000,
        deltasPerSecond: 1_000,
        faults: [{ attempt: 1, afterCharacters: 1_000, kind: 'reset' }],
      },
    });
    await stage.worker();
    const { result, truth } = await stage.generate({ resume: 'prefill' });
    expect(result).toMatchObject({ status: 'failed', complete: false });
    expect(result.attempts).toHaveLength(2);
    expect(result.text.length).toBeGreaterThanOrEqual(1_000);
    expect(truth.startsWith(result.text)).toBe(true);
  });

  it('a stop at max_tokens is incomplete, and goes on across requests with maxTotalTokens', async () => {
    stage = await Stage.set({ profile: { characters: 6_000, deltasPerSecond: 0 } });
    await stage.worker();
    const short = await stage.generate({ maxTokens: 500 });
    expect(short.result).toMatchObject({ status: 'incomplete', complete: false, stopReason: 'max_tokens' });

    const long = await stage.generate({ maxTokens: 500, maxTotalTokens: 10_000, maxAttempts: 1 });
    expect(long.result).toMatchObject({ status: 'complete', verified: true });
    expect(long.result.attempts.length).toBeGreaterThan(2);
    expect(long.result.text).toBe(long.truth);
  });

  it.each(['refusal', 'tool_use', 'model_context_window_exceeded'])(
    '%s is incomplete, never complete',
    async (stopReason) => {
      stage = await Stage.set({
        profile: { characters: 4_000, deltasPerSecond: 0, stopReason, stopAfterCharacters: 800 },
      });
      await stage.worker();
      const { result } = await stage.generate();
      expect(result).toMatchObject({ status: 'incomplete', complete: false, stopReason });
      expect(result.text.length).toBeGreaterThanOrEqual(800);
    },
  );

  it('a reply that never echoes is rejected once, then joined as it comes and marked', async () => {
    stage = await Stage.set({
      profile: {
        characters: 4_000,
        deltasPerSecond: 1_000,
        continuation: 'direct',
        faults: [{ attempt: 1, afterCharacters: 1_000, kind: 'reset' }],
      },
    });
    await stage.worker();
    const { result, truth } = await stage.generate();
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual([
      'connection_lost',
      'seam_rejected',
      'complete',
    ]);
    expect(result).toMatchObject({ status: 'complete', verified: false });
    expect(result.text).toBe(truth);
  });

  it.each(['empty', 'useless', 'restart', 'apology'])(
    'a model that only answers "%s" never makes a whole text',
    async (continuation) => {
      stage = await Stage.set({
        profile: {
          characters: 4_000,
          deltasPerSecond: 0,
          continuation,
          faults: [{ attempt: 1, afterCharacters: 1_000, kind: 'reset' }],
        },
      });
      await stage.worker();
      const { result, truth } = await stage.generate({ maxAttempts: 3 });
      expect(result).toMatchObject({ status: 'failed', complete: false });
      expect(result.text.length).toBeGreaterThanOrEqual(1_000);
      expect(truth.startsWith(result.text)).toBe(true);
    },
  );
});
