import type { Context } from '@temporalio/activity';
import { defaultDataConverter } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import type { Attempt } from '../../../src/activities/attemptRun.ts';
import { Interruption } from '../../../src/activities/interruption.ts';
import { SafeKeeping } from '../../../src/activities/safeKeeping.ts';
import { TemporalReach } from '../../../src/activities/temporalReach.ts';
import { ENDS, progress, report } from '../generation/builders.ts';

const DETAILS = { checkpoint: { offset: 0, text: 'The cat sat.' }, progress: progress() };
const NEVER = new AbortController().signal;

/** A server that still takes the attempt for pending, whatever Core thinks of it. */
function scene(): { keeping: SafeKeeping; attempt: Attempt; giveUp: () => void; signals: unknown[] } {
  const cancelling = new AbortController();
  const signals: unknown[] = [];
  const client = {
    options: { loadedDataConverter: { ...defaultDataConverter, payloadCodecs: [] }, namespace: 'default' },
    withDeadline: (_: number, call: () => Promise<unknown>) => call(),
    workflowService: {
      recordActivityTaskHeartbeat: () => Promise.resolve({}),
      getSystemInfo: () => Promise.resolve({}),
    },
    workflow: { getHandle: () => ({ signal: async (name: unknown) => void signals.push(name) }) },
  };
  const context = {
    client,
    info: {
      workflowExecution: { workflowId: 'w', runId: 'r' },
      attempt: 1,
      taskToken: new Uint8Array(),
      heartbeatTimeoutMs: 10_000,
    },
    cancellationSignal: cancelling.signal,
    cancellationDetails: undefined as unknown,
    heartbeat: () => undefined,
  };
  const given = context as unknown as Context;
  const interruption = new Interruption(given, null, NEVER);
  const settings = { heartbeatMs: 1_000, workerLostMs: 10_000, stopping: NEVER };
  const reach = new TemporalReach(settings.heartbeatMs, settings.workerLostMs);
  const keeping = new SafeKeeping(given, interruption, 1, { ...settings, reach });
  onTestFinished(() => {
    keeping.dispose();
    interruption.dispose();
  });
  const giveUp = (): void => {
    context.cancellationDetails = { timedOut: true, notFound: true };
    cancelling.abort();
  };
  return { keeping, attempt: { details: () => DETAILS } as unknown as Attempt, giveUp, signals };
}

it('a report goes to Core where the server waits for it', async () => {
  const { keeping, attempt, signals } = scene();
  expect(await keeping.close(attempt, report(ENDS.whole))).toBe(true);
  expect(signals).toEqual([]);
});

it('a report that Core would drop is handed over, even if the server still waits for one', async () => {
  const { keeping, attempt, giveUp, signals } = scene();
  giveUp();
  expect(await keeping.close(attempt, report(ENDS.whole))).toBe(false);
  expect(signals).toEqual(['handOver']);
});
