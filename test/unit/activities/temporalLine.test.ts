import type { Context } from '@temporalio/activity';
import { defaultDataConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { TemporalLine, isAway } from '../../../src/activities/temporalLine.ts';
import { ENDS, progress, report } from '../generation/builders.ts';

const DETAILS = { checkpoint: { offset: 0, text: 'The cat' }, progress: progress() };

/** A line on whose other end each call is answered so; null: with success. */
function lineTo(code: number | null): TemporalLine {
  const answer = async (): Promise<object> => {
    if (code !== null) throw Object.assign(new Error('as the table says'), { code });
    return {};
  };
  const client = {
    options: { loadedDataConverter: { ...defaultDataConverter, payloadCodecs: [] }, namespace: 'default' },
    withDeadline: (_: number, call: () => Promise<unknown>) => call(),
    workflowService: { recordActivityTaskHeartbeat: answer },
    workflow: { getHandle: () => ({ signal: answer }) },
  };
  const info = {
    workflowExecution: { workflowId: 'w', runId: 'r' },
    attempt: 1,
    taskToken: new Uint8Array(),
  };
  return new TemporalLine({ client, info, log: { error: () => undefined } } as unknown as Context, 1);
}

describe('what the service itself answers', () => {
  it('is that the activity is pending, and a hand-over taken', async () => {
    expect(await lineTo(null).askWhetherPending(DETAILS)).toBe('pending');
    expect(await lineTo(null).handOver(report(ENDS.whole))).toBe(true);
  });

  it('is that the activity has ended, and nobody takes a hand-over', async () => {
    expect(await lineTo(5).askWhetherPending(DETAILS)).toBe('ended');
    expect(await lineTo(5).handOver(report(ENDS.whole))).toBe(true);
  });

  it.each([
    ['INVALID_ARGUMENT', 3],
    ['ALREADY_EXISTS', 6],
    ['FAILED_PRECONDITION', 9],
  ])('is %s: asking again changes nothing', async (_, code) => {
    expect(await lineTo(code).askWhetherPending(DETAILS)).toBe('pending');
    expect(await lineTo(code).handOver(report(ENDS.whole))).toBe(true);
  });
});

it.each([
  ['CANCELLED', 1],
  ['UNKNOWN', 2],
  ['DEADLINE_EXCEEDED', 4],
  ['PERMISSION_DENIED', 7],
  ['RESOURCE_EXHAUSTED', 8],
  ['ABORTED', 10],
  ['OUT_OF_RANGE', 11],
  ['UNIMPLEMENTED', 12],
  ['INTERNAL', 13],
  ['UNAVAILABLE', 14],
  ['DATA_LOSS', 15],
  ['UNAUTHENTICATED', 16],
] as const)(
  '%s is no answer: neither that an attempt is pending nor that its text has no taker',
  async (_, code) => {
    expect(await lineTo(code).askWhetherPending(DETAILS)).toBe('unanswered');
    expect(await lineTo(code).handOver(report(ENDS.whole))).toBe(false);
  },
);

it('an error of our own is none of Temporal’s', () => {
  expect(isAway(new TypeError('x is undefined'))).toBe(false);
});
