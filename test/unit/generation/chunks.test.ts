import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttemptText } from '../../../src/activities/attemptText.ts';
import type { HeartbeatDetails } from '../../../src/generation/attempt.ts';
import type { Chunk } from '../../../src/generation/chunk.ts';
import { isChunk, isHandOver } from '../../../src/generation/chunk.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import { NO_SEAM } from '../../../src/generation/seam/joiner.ts';
import { ENDS, EPOCH, plan, progress, record, report, stateAfter } from './builders.ts';

const RUN = 'run-1';
const SENDER = { runId: RUN, attempt: 1, execution: 1 };

function begun(text = '', runId: string | null = RUN): GenerationState {
  const carried = { text, attempts: [], simulated: false };
  return schedule(initialState(carried, runId));
}

function schedule(state: GenerationState): GenerationState {
  const number = state.attempts.length + 1;
  const scheduled = plan({ number, keptCharacters: state.text.length });
  return fold(state, { kind: 'attempt_scheduled', plan: scheduled });
}

function details(offset: number, text: string): HeartbeatDetails {
  return { checkpoint: { offset, text }, progress: progress() };
}

function chunk(offset: number, text: string, sender: Partial<Chunk> = {}): Chunk {
  return { ...SENDER, details: details(offset, text), ...sender };
}

function take(state: GenerationState, ...chunks: Chunk[]): GenerationState {
  return chunks.reduce((now, each) => fold(now, { kind: 'chunk_received', chunk: each }), state);
}

function lose(state: GenerationState, beaten: HeartbeatDetails | null = null): GenerationState {
  return fold(state, { kind: 'attempt_ended', end: ENDS.workerLost, details: beaten, at: EPOCH });
}

describe('chunks', () => {
  it('one behind the other make the text safe while the attempt runs', () => {
    expect(take(begun(), chunk(0, 'The cat'), chunk(7, ' sat')).text).toBe('The cat sat');
  });

  it('the first may take the place of what the cut took away', () => {
    const state = take(begun('The cat sat on the ma'), chunk(18, ' mat and'), chunk(26, ' purred'));
    expect(state.text).toBe('The cat sat on the mat and purred');
  });

  it.each([
    ['repeated', chunk(0, 'The cat')],
    ['older than what came behind it', chunk(0, 'The')],
    ['behind a lost one', chunk(9, 'and on')],
    ['of another run', chunk(7, ' sat', { runId: 'run-0' })],
    ['of another attempt', chunk(7, ' sat', { attempt: 2 })],
    ['empty', chunk(3, '')],
  ])('a chunk that is %s changes nothing', (_, foreign) => {
    const state = take(begun(), chunk(0, 'The cat'));
    expect(take(state, foreign).text).toBe('The cat');
  });

  it('of a first execution that come after the second has begun to speak change nothing, and before give way', () => {
    const [first, second] = [{ execution: 1 }, { execution: 2 }];
    const known = take(begun(), chunk(0, 'The cat', first));
    const late = chunk(7, ' sat on the mat', first);
    const said = [chunk(7, ' slept', second), chunk(13, ' well.', second)];
    expect(take(known, ...said, late).text).toBe('The cat slept well.');
    expect(take(known, late, ...said).text).toBe('The cat slept well.');
  });

  it('of an attempt whose end is known change nothing, though it ended a moment ago', () => {
    const reported = fold(begun(), { kind: 'attempt_reported', report: report(ENDS.stalled) });
    expect(take(reported, chunk(0, 'late'))).toBe(reported);
    const next = schedule(lose(begun()));
    expect(take(next, chunk(0, 'late'))).toBe(next);
  });

  it('of a lost attempt still count until the next is scheduled, and its row says so', () => {
    const lost = take(lose(begun(), details(0, 'The cat')), chunk(7, ' sat'));
    expect(lost.text).toBe('The cat sat');
    expect(lost.attempts[0]).toMatchObject({ outcome: 'worker_lost', keptCharacters: 11 });
  });

  it('a heartbeat older than the last of them takes nothing away', () => {
    const state = take(begun(), chunk(0, 'The cat sat'));
    expect(lose(state, details(0, 'The cat')).text).toBe('The cat sat');
    expect(lose(state, details(11, ' on')).text).toBe('The cat sat on');
  });

  it('a report behind a chunk that the server lost is no end of a text, whatever it says', () => {
    const state = fold(begun(), {
      kind: 'attempt_reported',
      report: report(ENDS.whole, { checkpoint: { offset: 5, text: 'the end.' } }),
    });
    expect(state.text).toBe('');
    expect(state.attempts[0]).toMatchObject({ outcome: 'connection_lost', error: { kind: 'text_mismatch' } });
  });

  it('so is one without any text of its own', () => {
    const state = fold(begun(), {
      kind: 'attempt_reported',
      report: report(ENDS.whole, { checkpoint: { offset: 12, text: '' } }),
    });
    expect(state.attempts[0]).toMatchObject({ outcome: 'connection_lost', error: { kind: 'text_mismatch' } });
  });

  it('that came behind what a whole message was told of make it no end: the text is kept, and goes on', () => {
    const state = fold(take(begun(), chunk(0, 'The cat sat. It the')), {
      kind: 'attempt_reported',
      report: report(ENDS.whole, { checkpoint: { offset: 12, text: '' } }),
    });
    expect(state.text).toBe('The cat sat. It the');
    expect(state.attempts[0]).toMatchObject({
      outcome: 'connection_lost',
      error: { kind: 'text_mismatch' },
    });
  });

  it('that come after the loss tell of seam and simulator, too', () => {
    const seam = { kind: 'plain', trimmedCharacters: 0, verified: false, evidence: 'none' } as const;
    const told = { ...details(0, 'The cat'), progress: progress({ seam, simulated: true }) };
    const state = take(lose(begun()), chunk(0, '', { details: told }));
    expect(state.simulated).toBe(true);
    expect(state.attempts[0]).toMatchObject({ outcome: 'worker_lost', seam, keptCharacters: 7 });
  });

  it('a whole message may still be shorter than the chunks of the attempt that it takes the place of', () => {
    const state = take(begun('old text'), chunk(0, 'a longer new text'));
    const whole = report(ENDS.whole, { checkpoint: { offset: 0, text: 'short.' } });
    expect(fold(state, { kind: 'attempt_reported', report: whole }).text).toBe('short.');
  });
});

describe('after a workflow reset', () => {
  it('the copied history counts although it names the older run', () => {
    expect(take(begun('', null), chunk(0, 'The cat')).text).toBe('The cat');
  });

  it('to before the first attempt its chunks are salvaged, those of later attempts are not', () => {
    const state = initialState(null, null);
    const second = chunk(7, ' sat', { attempt: 2 });
    expect(take(state, chunk(0, 'The'), chunk(3, ' cat'), second).text).toBe('The cat');
    const joined = { ...details(0, 'x'), progress: progress({ seam: record().seam }) };
    expect(take(state, { ...SENDER, details: joined }).text).toBe('x');
    const seam = { kind: 'plain', trimmedCharacters: 0, verified: false, evidence: 'none' } as const;
    expect(take(state, { ...SENDER, details: { ...joined, progress: progress({ seam }) } }).text).toBe('');
  });
});

describe('a hand-over', () => {
  const whole = report(ENDS.whole, { checkpoint: { offset: 7, text: ' sat.' } });
  const handOver = { kind: 'attempt_handed_over', handOver: { ...SENDER, report: whole } } as const;

  it('after the attempt was lost is its report', () => {
    const state = fold(lose(take(begun(), chunk(0, 'The cat'))), handOver);
    expect(state).toMatchObject({ text: 'The cat sat.', lost: null, lastEnd: ENDS.whole });
    expect(state.attempts).toHaveLength(1);
    expect(state.attempts[0]).toMatchObject({ outcome: 'complete', keptCharacters: 12 });
  });

  it('read in the same breath as the loss comes to the same', () => {
    const before = fold(take(begun(), chunk(0, 'The cat')), handOver);
    const { lost: _lost, ...state } = lose(before);
    const { lost: _other, ...other } = fold(lose(take(begun(), chunk(0, 'The cat'))), handOver);
    expect(state).toEqual(other);
  });

  it('of an attempt whose successor is under way changes nothing: a woken worker writes nothing', () => {
    const next = schedule(lose(begun()));
    expect(fold(next, handOver)).toBe(next);
  });

  it('that is shorter takes nothing away before the server says that the attempt is ended', () => {
    const short = report(ENDS.whole, { checkpoint: { offset: 0, text: 'Short.' } });
    const early = fold(begun('a longer text'), {
      kind: 'attempt_handed_over',
      handOver: { ...SENDER, report: short },
    });
    expect(early.text).toBe('a longer text');
    expect(lose(early)).toMatchObject({ text: 'Short.', lastEnd: ENDS.whole });
  });

  it('of a turn that went on and paused again has both halves of it', () => {
    const [half, other] = [[{ type: 'text', text: 'a' }], [{ type: 'text', text: 'b' }]];
    const paused = fold(begun(), {
      kind: 'attempt_reported',
      report: report({ outcome: 'complete', stopReason: 'pause_turn', pausedTurn: half }),
    });
    const wentOn = fold(paused, { kind: 'attempt_scheduled', plan: plan({ number: 2, pausedTurn: true }) });
    const again = report(
      { outcome: 'complete', stopReason: 'pause_turn', pausedTurn: other },
      { checkpoint: { offset: 0, text: 'ab' }, progress: progress({ resume: 'prefill' }) },
    );
    const lost = lose(wentOn, details(0, 'a'));
    const handedOver = { ...SENDER, attempt: 2, report: again };
    const state = fold(lost, { kind: 'attempt_handed_over', handOver: handedOver });
    expect(state.pausedTurn).toEqual([...half, ...other]);
  });

  it('of an attempt that the server still knows does not speak for its end', () => {
    const state = fold(take(begun(), chunk(0, 'The cat')), handOver);
    expect(state.attempts).toHaveLength(0);
    const stalled = report(ENDS.stalled, { checkpoint: { offset: 7, text: ' sat.' } });
    expect(fold(state, { kind: 'attempt_reported', report: stalled }).lastEnd).toEqual(ENDS.stalled);
  });
});

describe('a signal that is none of ours', () => {
  it.each([
    [null],
    ['text'],
    [{}],
    [{ ...SENDER }],
    [{ ...SENDER, details: { checkpoint: { offset: -1, text: 'x' }, progress: {} } }],
    [{ ...SENDER, details: { checkpoint: { offset: 0, text: 5 }, progress: {} } }],
    [{ ...SENDER, details: { checkpoint: { offset: 0, text: 'x' } } }],
    [{ ...SENDER, report: { ...report(ENDS.lost), end: {} } }],
    [{ ...SENDER, report: { ...report(ENDS.lost), end: { outcome: 'done' } } }],
    [{ ...SENDER, report: { ...report(ENDS.lost), end: { outcome: 'complete' } } }],
    [{ ...SENDER, report: { ...report(ENDS.lost), end: { outcome: 'api_error' } } }],
    [{ ...SENDER, report: { ...report(ENDS.lost), endedAt: Infinity } }],
    [{ ...SENDER, details: { ...details(0, 'x'), progress: { startedAt: '2026' } } }],
  ])('is told by its shape: %j', (value) => {
    expect(isChunk(value)).toBe(false);
    expect(isHandOver(value)).toBe(false);
  });

  it('and ours is taken for what it is', () => {
    expect(isChunk(chunk(0, 'x'))).toBe(true);
    for (const end of Object.values(ENDS)) {
      expect(isHandOver({ ...SENDER, report: report(end) })).toBe(true);
    }
  });
});

it('whatever becomes of the signals, the text never has a hole, never shrinks, and is exact once it is reported', () => {
  const fate = fc.constantFrom('taken', 'unanswered', 'lost', 'late', 'repeated');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('delta' as const), text: fc.string({ minLength: 1, maxLength: 6 }) }),
    fc.record({ kind: fc.constant('beat' as const), arrives: fc.boolean() }),
    fc.record({ kind: fc.constant('chunk' as const), fate }),
  );
  const ending = fc.constantFrom('reported', 'lost', 'handed over late', 'handed over early');
  const keptAndCut = fc.tuple(fc.string({ maxLength: 20 }), fc.nat(5));
  fc.assert(
    fc.property(keptAndCut, fc.array(step, { maxLength: 30 }), ending, ([kept, cut], steps, ends) => {
      const base = Math.max(0, kept.length - cut);
      const text = new AttemptText({
        keptText: kept,
        base,
        restoredCharacters: 0,
        join: NO_SEAM,
        unreportedFrom: null,
      });
      let state = begun(kept);
      let safe: number | null = null;
      let beaten: HeartbeatDetails | null = null;
      const late: Chunk[] = [];
      const now = (): HeartbeatDetails => ({ checkpoint: text.checkpointFrom(safe), progress: progress() });
      for (const each of steps) {
        if (each.kind === 'delta') text.receive(each.text);
        else if (each.kind === 'beat') beaten = each.arrives ? now() : beaten;
        else if (text.takesEffect) {
          const sent: Chunk = { ...SENDER, details: now() };
          const before: GenerationState = state;
          if (each.fate === 'late') late.push(sent);
          else if (each.fate !== 'lost') state = take(state, sent);
          if (each.fate === 'repeated') state = take(state, sent);
          if (each.fate === 'taken' || each.fate === 'repeated') {
            const { offset, text: tail } = sent.details.checkpoint;
            safe = offset + tail.length;
          }
          expect(state.text.length).toBeGreaterThanOrEqual(before.text.length);
        }
      }
      const exact = text.takesEffect ? kept.slice(0, base) + text.newText : kept;
      expect(state.text === kept || exact.startsWith(state.text)).toBe(true);
      const told = report(ENDS.lost, now());
      const handOver = { kind: 'attempt_handed_over', handOver: { ...SENDER, report: told } } as const;
      if (ends === 'reported') state = fold(state, { kind: 'attempt_reported', report: told });
      if (ends === 'handed over early') state = fold(state, handOver);
      if (ends !== 'reported') state = lose(state, beaten);
      if (ends === 'handed over late') state = fold(state, handOver);
      if (ends !== 'lost') expect(state.text).toBe(exact);
      expect(state.text === kept || exact.startsWith(state.text)).toBe(true);
      expect(state.attempts.at(-1)?.keptCharacters).toBe(state.text.length);
      const next = schedule(state);
      expect(take(next, ...late)).toBe(next);
      expect(fold(next, handOver)).toBe(next);
    }),
    { numRuns: 3_000 },
  );
});

it('a first attempt of a run counts chunks of that number only, with attempts carried into it', () => {
  const state = schedule(stateAfter({ end: ENDS.lost, adds: 3 }));
  expect(take(state, chunk(3, ' on', { attempt: 2, runId: 'any' })).text).toBe('xxx on');
  expect(take(state, chunk(3, ' on', { attempt: 1, runId: 'any' })).text).toBe('xxx');
});
