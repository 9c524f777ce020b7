import { describe, expect, it } from 'vitest';
import { eventOfFailure } from '../../../src/generation/attemptFailure.ts';
import { ATTEMPT_FAILURE } from '../../../src/generation/durable.ts';
import { ENDS, EPOCH, progress, report } from './builders.ts';

const told = report(ENDS.stalled, { checkpoint: { offset: 4, text: 'more' } });

describe("an activity's failure", () => {
  it('that brings a report is that report', () => {
    const failure = {
      name: 'ApplicationFailure',
      message: 'stalled',
      type: ATTEMPT_FAILURE,
      details: [told],
    };
    expect(eventOfFailure(failure, EPOCH)).toEqual({ kind: 'attempt_reported', report: told });
  });

  it.each([
    ['another type', { type: 'TypeError', details: [told] }],
    ['no details', { type: ATTEMPT_FAILURE, details: [] }],
    ['details that are null', { type: ATTEMPT_FAILURE, details: null }],
  ])('with %s is a lost connection that changed nothing, its message kept', (_what, facts) => {
    expect(eventOfFailure({ name: 'ApplicationFailure', message: 'no history', ...facts }, EPOCH)).toEqual({
      kind: 'attempt_ended',
      end: { outcome: 'connection_lost', error: { kind: 'attempt_failed', message: 'no history' } },
      details: null,
      at: EPOCH,
    });
  });

  it('by timeout is a lost worker, with its last heartbeat', () => {
    const details = { checkpoint: { offset: 0, text: 'beaten' }, progress: progress() };
    const failure = { name: 'TimeoutFailure', message: 'heartbeat', lastHeartbeatDetails: details };
    expect(eventOfFailure(failure, EPOCH)).toEqual({
      kind: 'attempt_ended',
      end: ENDS.workerLost,
      details,
      at: EPOCH,
    });
  });

  it('by timeout before any heartbeat has no text', () => {
    expect(eventOfFailure({ name: 'TimeoutFailure', message: '' }, EPOCH)).toMatchObject({
      end: ENDS.workerLost,
      details: null,
    });
  });

  it('by a reset of the workflow keeps the last heartbeat that the server hands over', () => {
    const details = { checkpoint: { offset: 0, text: 'beaten' }, progress: progress() };
    const failure = { name: 'ApplicationFailure', message: '', type: 'ResetWorkflow', details: [details] };
    expect(eventOfFailure(failure, EPOCH)).toMatchObject({
      end: { outcome: 'connection_lost', error: { kind: 'workflow_reset' } },
      details,
    });
  });

  it('by cancellation before the attempt began is a cancelled attempt', () => {
    expect(eventOfFailure({ name: 'CancelledFailure', message: '' }, EPOCH)).toMatchObject({
      end: ENDS.cancelled,
      details: null,
    });
  });
});
