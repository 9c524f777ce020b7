import { expect, it, onTestFinished } from 'vitest';
import { HAND_OVER_SIGNAL } from '../../src/generation/chunk.ts';
import type { HandOver } from '../../src/generation/chunk.ts';
import { ENDS, progress, report } from '../unit/generation/builders.ts';
import { Stage, until } from './stage.ts';

/** Its attempt had brought almost nothing, and a second worker is there. */
async function firstWorkerKilled(overrides: Parameters<Stage['request']>[0] = {}) {
  const stage = await Stage.set({
    profile: { characters: 8_000, deltasPerSecond: 2, charactersPerDelta: 10 },
  });
  onTestFinished(() => stage.clear());
  const first = await stage.workerProcess();
  const { id, document } = stage.request(overrides);
  await stage.client.enqueue(document);
  await until(() => stage.simulator.log.length > 0, 'the request');
  first.child.kill('SIGKILL');
  await stage.workerProcess();
  const handle = stage.client.temporal.workflow.getHandle(id);
  const { runId } = await handle.describe();
  return { stage, id, handle, runId };
}

it('a hand-over that comes late, where no other attempt follows, is waited for', async () => {
  const { stage, id, handle, runId } = await firstWorkerKilled({ maxAttempts: 1 });
  let waitsSince = Infinity;
  await until(async () => {
    const timer = (await handle.fetchHistory()).events?.find(
      (event) => event.timerStartedEventAttributes != null,
    );
    if (timer !== undefined) waitsSince = Number(timer.eventTime?.seconds) * 1_000;
    return timer !== undefined;
  }, 'the wait for a hand-over to begin');
  await until(() => Date.now() > waitsSince + 4_000, 'it to be late');
  const kept = (await stage.client.read(id)).text;
  const stalled = report(ENDS.stalled, {
    checkpoint: { offset: kept.length, text: ' And so' },
    progress: progress({ simulated: true }),
  });
  const handOver: HandOver = { runId, attempt: 1, execution: 1, report: stalled };
  await handle.signal(HAND_OVER_SIGNAL, handOver);

  const result = await stage.client.result(id);
  expect(result).toMatchObject({ status: 'failed', text: `${kept} And so` });
  expect(result).toMatchObject({ error: { kind: 'attempts_exhausted' }, attempts: [{ outcome: 'stalled' }] });
});

it('a hand-over that comes late, in the back-off before the next attempt, is the end where it brings one', async () => {
  const { stage, id, handle, runId } = await firstWorkerKilled();
  // First the two seconds for a hand-over are waited for, then the back-off of an attempt that brought nothing.
  const timers = async (): Promise<number> =>
    ((await handle.fetchHistory()).events ?? []).filter((event) => event.timerStartedEventAttributes != null)
      .length;
  await until(async () => (await timers()) === 2, 'the back-off to begin');
  const kept = (await stage.client.read(id)).text;
  const whole = report(ENDS.whole, {
    checkpoint: { offset: kept.length, text: ' That was all.' },
    progress: progress({ simulated: true }),
  });
  const handOver: HandOver = { runId, attempt: 1, execution: 1, report: whole };
  await handle.signal(HAND_OVER_SIGNAL, handOver);

  const result = await stage.client.result(id);
  expect(result).toMatchObject({ status: 'complete', text: `${kept} That was all.` });
  expect(result.attempts).toHaveLength(1);
  expect(stage.simulator.log).toHaveLength(1);
});
