import { describe, expect, it } from 'vitest';
import { placeCheckpoint } from '../../../src/generation/checkpoint.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { fold, initialState, textWith } from '../../../src/generation/fold.ts';
import { totalUsage } from '../../../src/generation/record.ts';
import { ENDS, EPOCH, SONNET, plan, progress, record, report, stateAfter } from './builders.ts';

const SEAM = { kind: 'anchor', trimmedCharacters: 12, verified: true, evidence: 'echo_at_start' } as const;

function scheduled(state: GenerationState = initialState(null)): GenerationState {
  return fold(state, {
    kind: 'attempt_scheduled',
    plan: plan({ model: SONNET, number: state.attempts.length + 1 }),
  });
}

describe('a checkpoint', () => {
  it('takes the place of what stood from its offset on', () => {
    expect(placeCheckpoint('sat on the ma', { offset: 10, text: ' mat' }, false)).toBe('sat on the mat');
  });

  it('that is empty changes nothing, wherever it begins', () => {
    expect(placeCheckpoint('sat on', { offset: 2, text: '' }, false)).toBe('sat on');
  });

  it('beyond the kept text is refused: it would leave a hole', () => {
    expect(placeCheckpoint('sat', { offset: 4, text: 'x' }, false)).toBeNull();
    expect(placeCheckpoint('sat', { offset: 3, text: 'x' }, false)).toBe('satx');
  });

  it('that is older than what came of the same attempt already changes nothing', () => {
    expect(placeCheckpoint('sat on the mat', { offset: 4, text: 'on' }, true)).toBe('sat on the mat');
    expect(placeCheckpoint('sat on the mat', { offset: 4, text: 'on the mat.' }, true)).toBe(
      'sat on the mat.',
    );
  });
});

describe('the fold', () => {
  it('puts a report into text and ledger, with every figure', () => {
    const ofAttempt = progress({
      resume: 'continuation',
      startedAt: EPOCH + 7,
      firstTokenMs: 812,
      longestGapMs: 25_003,
      seam: SEAM,
      regeneratedCharacters: 40,
      usage: { inputTokens: 5, outputTokens: 9, cacheReadTokens: 0, cacheWriteTokens: null },
    });
    const told = report(ENDS.stalled, { checkpoint: { offset: 0, text: 'kept' }, progress: ofAttempt });
    const state = fold(scheduled(), { kind: 'attempt_reported', report: told });
    expect(state).toMatchObject({
      text: 'kept',
      current: null,
      lastEnd: ENDS.stalled,
      simulated: false,
      carriedAttempts: 0,
    });
    expect(state.attempts).toEqual([
      {
        number: 1,
        model: SONNET,
        resume: 'continuation',
        outcome: 'stalled',
        phase: 'inter_token',
        silence: 'pings_only',
        startedAt: new Date(EPOCH + 7).toISOString(),
        endedAt: new Date(EPOCH + 1_000).toISOString(),
        keptCharacters: 4,
        regeneratedCharacters: 40,
        firstTokenMs: 812,
        longestGapMs: 25_003,
        detectedAfterMs: 25_003,
        stopReason: null,
        seam: SEAM,
        usage: ofAttempt.usage,
        error: null,
      },
    ]);
  });

  it('keeps the last heartbeat of a lost worker, and does not pretend to know what it regenerated', () => {
    const details = {
      checkpoint: { offset: 0, text: 'beaten' },
      progress: progress({ regeneratedCharacters: 3 }),
    };
    const end = ENDS.workerLost;
    const state = fold(scheduled(), { kind: 'attempt_ended', end, details, at: EPOCH });
    expect(state.text).toBe('beaten');
    expect(state.attempts[0]).toMatchObject({
      outcome: 'worker_lost',
      keptCharacters: 6,
      regeneratedCharacters: null,
    });
  });

  it('takes the time of the start from the server when the attempt never told its own', () => {
    const started = fold(scheduled(), { kind: 'attempt_started', number: 1, at: EPOCH + 5 });
    const state = fold(started, {
      kind: 'attempt_ended',
      end: ENDS.workerLost,
      details: null,
      at: EPOCH + 9,
    });
    expect(state.attempts[0]?.startedAt).toBe(new Date(EPOCH + 5).toISOString());
    expect(state.attempts[0]?.resume).toBe('none');
  });

  it('takes no start of another attempt', () => {
    const state = fold(scheduled(), { kind: 'attempt_started', number: 2, at: EPOCH });
    expect(state.current?.startedAt).toBeNull();
  });

  it('takes no second report of one attempt', () => {
    const once = stateAfter({ end: ENDS.lost, adds: 5 });
    const late = report(ENDS.lost, { checkpoint: { offset: 0, text: 'late' } });
    expect(fold(once, { kind: 'attempt_reported', report: late })).toBe(once);
  });

  it.each([
    [ENDS.whole, { stopReason: 'end_turn', error: null }],
    [ENDS.lost, { stopReason: null, error: ENDS.lost.error }],
    [ENDS.refused, { error: ENDS.refused.error }],
    [ENDS.rejected, { error: { kind: 'seam_rejected', message: 'no echo' } }],
    [ENDS.cancelled, { error: null, phase: null, detectedAfterMs: null }],
  ])('records how %j came about', (end, row) => {
    expect(stateAfter({ end, adds: 1 }).attempts[0]).toMatchObject({ outcome: end.outcome, ...row });
  });

  it('never changes a state it was given', () => {
    const before = scheduled(stateAfter({ end: ENDS.lost, adds: 5 }));
    const copy = structuredClone(before);
    fold(before, {
      kind: 'attempt_reported',
      report: report(ENDS.whole, { checkpoint: { offset: 2, text: 'other' } }),
    });
    expect(before).toEqual(copy);
  });

  it('goes on from a carried text, and remembers whose attempts those were', () => {
    const carried = { text: 'kept', attempts: [record({ keptCharacters: 4 })], simulated: true };
    const state = fold(scheduled(initialState(carried)), {
      kind: 'attempt_reported',
      report: report(ENDS.whole, { checkpoint: { offset: 4, text: ' on' } }),
    });
    expect(state).toMatchObject({ text: 'kept on', carriedAttempts: 1, simulated: true });
    expect(state.attempts.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('calls a text simulated as soon as one attempt was', () => {
    const simulated = report(ENDS.lost, { progress: progress({ simulated: true }) });
    const once = fold(scheduled(), { kind: 'attempt_reported', report: simulated });
    const twice = fold(scheduled(once), { kind: 'attempt_reported', report: report(ENDS.whole) });
    expect(twice.simulated).toBe(true);
  });

  it('shows the text of a running attempt by its latest heartbeat', () => {
    const state = stateAfter({ end: ENDS.lost, adds: 3 });
    expect(textWith(state, null)).toBe('xxx');
    expect(textWith(state, { checkpoint: { offset: 2, text: '!!' }, progress: progress() })).toBe('xx!!');
    expect(state.text).toBe('xxx');
  });
});

describe('a turn that was paused', () => {
  const turn = [{ type: 'text', text: 'One. ' }];
  const paused = fold(scheduled(), {
    kind: 'attempt_reported',
    report: report(
      { outcome: 'complete', stopReason: 'pause_turn', pausedTurn: turn },
      { checkpoint: { offset: 0, text: 'One. ' } },
    ),
  });
  const second = plan({ number: 2, pausedTurn: true });
  const lost = [
    { kind: 'attempt_scheduled', plan: second } as const,
    { kind: 'attempt_ended', end: ENDS.workerLost, details: null, at: EPOCH } as const,
  ].reduce<GenerationState>(fold, paused);

  it('is sent back by the next attempt, too, where one brought nothing', () => {
    expect(lost.pausedTurn).toEqual(turn);
  });

  it('is over where text of the lost attempt comes late: sent back behind it, its text would be said twice', () => {
    const sender = { runId: 'any', attempt: 2, execution: 1 };
    const details = { checkpoint: { offset: 5, text: 'Two. ' }, progress: progress({ resume: 'prefill' }) };
    const state = fold(lost, { kind: 'chunk_received', chunk: { ...sender, details } });
    expect(state).toMatchObject({ text: 'One. Two. ', pausedTurn: null });
  });
});

describe('the usage of all attempts', () => {
  const usage = { inputTokens: 10, outputTokens: 20, cacheReadTokens: 1, cacheWriteTokens: null };

  it('is the sum of what is known', () => {
    const attempts = [
      record({ usage }),
      record({ usage: null }),
      record({ usage: { ...usage, cacheWriteTokens: 4 } }),
    ];
    expect(totalUsage(attempts)).toEqual({
      inputTokens: 20,
      outputTokens: 40,
      cacheReadTokens: 2,
      cacheWriteTokens: 4,
    });
  });

  it('is an estimate as soon as one part is', () => {
    expect(totalUsage([record({ usage: { ...usage, estimated: true } }), record({ usage })]).estimated).toBe(
      true,
    );
  });
});
