import { describe, expect, it } from 'vitest';
import type { Decision, DecisionInput } from '../../../src/generation/decide.ts';
import { PROGRESS_CHARACTERS, decide } from '../../../src/generation/decide.ts';
import { initialState } from '../../../src/generation/fold.ts';
import type { Attempted } from './builders.ts';
import { ENDS, HAIKU, SONNET, record, request, stateAfter, times } from './builders.ts';

const HOUR_MS = 3_600_000;

function next(attempts: Attempted[], input: Partial<DecisionInput> = {}): Decision {
  return decide({
    request: request(),
    state: stateAfter(...attempts),
    budgetLeftMs: HOUR_MS,
    random: 1,
    ...input,
  });
}

function again(decision: Decision): Extract<Decision, { next: 'again' }> {
  if (decision.next !== 'again') throw new Error(`decided ${JSON.stringify(decision)}, not another attempt`);
  return decision;
}

const asking = (retryAfterMs: number): Attempted => ({
  end: { ...ENDS.overloaded, error: { ...ENDS.overloaded.error, retryAfterMs } },
});

describe('deciding before the first attempt', () => {
  it('begins at once, from the beginning', () => {
    expect(next([])).toMatchObject({
      next: 'again',
      afterMs: 0,
      plan: { number: 1, model: HAIKU, resume: 'none' },
    });
  });

  it('begins with the model asked for in a retry, and counts none of the carried attempts', () => {
    const attempts = times(20, { end: ENDS.lost }).map((_, index) =>
      record({ number: index + 1, model: SONNET, outcome: 'stalled' }),
    );
    const state = initialState({ text: 'kept so far', attempts, simulated: false });
    const decision = again(next([], { state, request: request({ fallbackModels: [SONNET] }) }));
    expect(decision.plan).toMatchObject({ number: 21, model: HAIKU, resume: 'prefill', keptCharacters: 11 });
  });

  it.each([1_999, 0, -5])('waits for the timeout with %i ms left', (budgetLeftMs) => {
    expect(next([], { budgetLeftMs })).toEqual({ next: 'await_timeout' });
  });

  it('still begins with 2,000 ms left, and with a budget that has no bound', () => {
    expect(next([], { budgetLeftMs: 2_000 }).next).toBe('again');
    expect(next([], { budgetLeftMs: Number.POSITIVE_INFINITY }).next).toBe('again');
  });
});

describe('deciding after a message that ended', () => {
  it.each(['end_turn', 'stop_sequence'])('is complete after %s', (stopReason) => {
    const decision = next([{ end: { outcome: 'complete', stopReason }, adds: 10 }]);
    expect(decision).toEqual({ next: 'finish', status: 'complete', stopReason });
  });

  it.each([
    'max_tokens',
    'refusal',
    'model_context_window_exceeded',
    'text_limit',
    'tool_use',
    'a_reason_of_tomorrow',
  ])('is incomplete after %s', (stopReason) => {
    const decision = next([{ end: { outcome: 'complete', stopReason }, adds: 10 }]);
    expect(decision).toEqual({ next: 'finish', status: 'incomplete', stopReason });
  });

  it('goes on past max_tokens when there are tokens in all', () => {
    const decision = next([{ end: ENDS.atMaxTokens, adds: 10 }], {
      request: request({ maxTotalTokens: 32_000 }),
    });
    expect(decision).toMatchObject({
      next: 'again',
      afterMs: 0,
      because: 'max_tokens',
      plan: { resume: 'prefill', left: { ofPart: 8_192, ofTotal: 32_000 } },
    });
  });

  it('goes on after pause_turn by itself', () => {
    expect(next([{ end: { outcome: 'complete', stopReason: 'pause_turn' }, adds: 10 }])).toMatchObject({
      next: 'again',
      afterMs: 0,
    });
  });

  it('does not go on after max_tokens that brought nothing', () => {
    const stopReason = 'max_tokens';
    const decision = next([{ end: { outcome: 'complete', stopReason } }], {
      request: request({ maxTotalTokens: 32_000 }),
    });
    expect(decision).toEqual({ next: 'finish', status: 'incomplete', stopReason });
  });

  it('goes on after a pause_turn before any text, but not for ever', () => {
    const paused = { end: { outcome: 'complete', stopReason: 'pause_turn' } } as const;
    expect(next([paused])).toMatchObject({ next: 'again', because: 'pause_turn' });
    expect(next(times(20, paused)).next).toBe('fail');
  });

  it('does not count attempts that ended at max_tokens against maxAttempts', () => {
    const limited = request({ maxTotalTokens: 1_000_000, maxAttempts: 2 });
    expect(next(times(30, { end: ENDS.atMaxTokens, adds: 500 }), { request: limited }).next).toBe('again');
  });

  it('is incomplete at max_tokens when what is left of them is nothing', () => {
    const decision = next([{ end: ENDS.lost, adds: 600 }], { request: request({}, { max_tokens: 100 }) });
    expect(decision).toEqual({ next: 'finish', status: 'incomplete', stopReason: 'max_tokens' });
  });
});

describe('deciding after the end of everything', () => {
  it('cancels after a cancelled attempt and awaits the timeout after a spent budget', () => {
    expect(next([{ end: ENDS.cancelled }])).toEqual({ next: 'cancel' });
    expect(next([{ end: ENDS.budgetSpent }], { budgetLeftMs: 900 })).toEqual({ next: 'await_timeout' });
  });

  it('goes on after a spent budget when a reset of the workflow has started a new one', () => {
    expect(next([{ end: ENDS.budgetSpent }]).next).toBe('again');
  });

  it('fails with attempts_exhausted after as many attempts as maxAttempts, naming the count', () => {
    const limited = request({ maxAttempts: 3 });
    const lost = { end: ENDS.lost, adds: PROGRESS_CHARACTERS };
    expect(next(times(2, lost), { request: limited }).next).toBe('again');
    expect(next(times(3, lost), { request: limited })).toMatchObject({
      next: 'fail',
      error: { kind: 'attempts_exhausted', message: expect.stringContaining('3 attempts') as string },
    });
  });
});

describe('deciding after a permanent error', () => {
  const withFallback = request({ fallbackModels: [SONNET] });

  it('fails at once with the error as it came', () => {
    expect(next([{ end: ENDS.refused }], { request: withFallback })).toEqual({
      next: 'fail',
      error: ENDS.refused.error,
    });
    expect(next([{ end: ENDS.gone }])).toEqual({ next: 'fail', error: ENDS.gone.error });
  });

  it('asks the next model at once when one is gone, and the kept text goes along', () => {
    const decision = again(
      next([{ end: ENDS.lost, adds: 300 }, { end: ENDS.gone }], { request: withFallback }),
    );
    expect(decision).toMatchObject({
      afterMs: 0,
      plan: { model: SONNET, resume: 'continuation', keptCharacters: 300 },
    });
  });

  it('fails when the last model is gone too, although an earlier one is named again', () => {
    const request_ = request({ fallbackModels: [HAIKU, SONNET, HAIKU] });
    const first = { end: ENDS.gone };
    expect(again(next([first], { request: request_ })).plan.model).toBe(SONNET);
    expect(next([first, { end: ENDS.gone, plan: { model: SONNET } }], { request: request_ }).next).toBe(
      'fail',
    );
  });
});

describe('deciding after an overload', () => {
  const overloaded = { end: ENDS.overloaded };
  const withFallback = request({ fallbackModels: [SONNET] });

  it('asks the next model after three in a row, at once', () => {
    expect(again(next(times(2, overloaded), { request: withFallback })).plan.model).toBe(HAIKU);
    expect(again(next(times(3, overloaded), { request: withFallback }))).toMatchObject({
      afterMs: 0,
      plan: { model: SONNET },
    });
  });

  it('stays with a model whose overloads were interrupted by something else', () => {
    const attempts = [overloaded, overloaded, { end: ENDS.lost }, overloaded];
    expect(again(next(attempts, { request: withFallback })).plan.model).toBe(HAIKU);
  });

  it('stays with the last model, however often it is overloaded, and stays with the model it came to', () => {
    const onSonnet = { ...overloaded, plan: { model: SONNET } };
    const decision = again(next([...times(3, overloaded), ...times(4, onSonnet)], { request: withFallback }));
    expect(decision.plan.model).toBe(SONNET);
    expect(decision.afterMs).toBeGreaterThan(0);
  });

  it.each([
    [{ status: 429, type: 'rate_limit_error' }, SONNET],
    [{ status: 500, type: 'api_error' }, SONNET],
    [{ type: 'overloaded_error' }, SONNET],
    [{ status: 408, type: 'timeout_error' }, HAIKU],
  ])('takes %j three times for a reason to ask %s', (facts, model) => {
    const end = {
      outcome: 'api_error' as const,
      permanent: false,
      error: { kind: 'any', message: 'any', ...facts },
    };
    expect(again(next(times(3, { end }), { request: withFallback })).plan.model).toBe(model);
  });
});

describe('the wait before the next attempt', () => {
  const lost = { end: ENDS.lost };

  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [7, 60_000],
    [15, 60_000],
  ])('after %i failures is at most %i ms, at least half of it', (failures, most) => {
    expect(again(next(times(failures, lost), { random: 1 })).afterMs).toBe(most);
    expect(again(next(times(failures, lost), { random: 0 })).afterMs).toBe(most / 2);
  });

  it('is none after an attempt that made progress, and begins small again after it', () => {
    const fruitful = { end: ENDS.stalled, adds: PROGRESS_CHARACTERS };
    expect(again(next([...times(4, lost), fruitful])).afterMs).toBe(0);
    expect(again(next([...times(4, lost), fruitful, lost])).afterMs).toBe(1_000);
    expect(again(next([{ end: ENDS.stalled, adds: PROGRESS_CHARACTERS - 1 }])).afterMs).toBe(1_000);
  });

  it('is none when a worker was stopping', () => {
    expect(again(next(times(3, { end: ENDS.workerStopping }))).afterMs).toBe(0);
  });

  it('is as long as retry-after asks, but not shorter than the back-off', () => {
    expect(again(next([asking(42_000)])).afterMs).toBe(42_000);
    expect(again(next([asking(10)])).afterMs).toBe(1_000);
  });

  it('fails at once when retry-after is beyond the budget, naming both figures', () => {
    const decision = next([asking(60_001)], { budgetLeftMs: 60_000 });
    expect(decision).toMatchObject({ next: 'fail', error: { kind: 'overloaded_error', status: 529 } });
    expect(decision).toHaveProperty(
      'error.message',
      expect.stringMatching(/60001 ms.*60000 ms.*limits\.totalMs/),
    );
  });

  it('awaits the timeout when no attempt would fit after it', () => {
    expect(next([asking(59_000)], { budgetLeftMs: 60_000 })).toEqual({ next: 'await_timeout' });
  });
});

describe('attempts that bring nothing', () => {
  it('end the generation with no_progress after five streams that began', () => {
    const fruitless = { end: ENDS.stalled, began: true, adds: PROGRESS_CHARACTERS - 1 };
    expect(next(times(4, fruitless)).next).toBe('again');
    expect(next(times(5, fruitless))).toMatchObject({ next: 'fail', error: { kind: 'no_progress' } });
    expect(next([...times(4, fruitless), { end: ENDS.lost, adds: 500 }, fruitless]).next).toBe('again');
  });

  it('end it with seam_rejected after five rejected seams', () => {
    expect(next(times(5, { end: ENDS.rejected }))).toMatchObject({
      next: 'fail',
      error: { kind: 'seam_rejected' },
    });
  });

  it('do not end it while no stream ever began: an outage may last', () => {
    expect(next(times(19, { end: ENDS.lost })).next).toBe('again');
  });

  it('do not count when the worker was stopping', () => {
    const attempts = times(10, { end: ENDS.workerStopping, began: true });
    expect(next([...attempts, { end: ENDS.lost, began: true }]).next).toBe('again');
  });
});
