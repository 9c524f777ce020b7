/** A generation whose history becomes long goes on in a new run: one generation still, for everybody who looks. */
import { afterEach, expect, it } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

it('of 70 attempts goes on in a new run: text, ledger, budget and id are those of the first', async () => {
  const maxTokens = 20;
  const charactersPerAttempt = maxTokens * 12;
  const characters = 70 * charactersPerAttempt;
  stage = await Stage.set({ profile: { characters, deltasPerSecond: 0, charactersPerDelta: 12 } });
  await stage.worker();
  const limits = { totalMs: 240_000 };
  const request = { model: 'claude-haiku-4-5', maxTokens, maxTotalTokens: 40_000, limits };
  const { id, prompt, document } = stage.request(request);
  await stage.client.enqueue(document);
  const { runId: firstRunId } = await stage.client.temporal.workflow.getHandle(id).describe();
  const result = await stage.client.result(id);

  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text).toBe(stage.simulator.truth(prompt));
  expect(result.attempts.length).toBeGreaterThan(65);
  expect(result.attempts.map(({ number }) => number)).toEqual(result.attempts.map((_, index) => index + 1));

  const last = await stage.client.temporal.workflow.getHandle(id).describe();
  expect(last.runId).not.toBe(firstRunId);
  expect(last.historyLength).toBeLessThan(620);
  const first = await stage.client.temporal.workflow.getHandle(id, firstRunId).describe();
  expect(first.status.name).toBe('CONTINUED_AS_NEW');
  expect(result.enqueuedAt).toBe(first.startTime.toISOString());
  // The deadline is the first run's: what was used up stays used up.
  const budgetEnd = Number(last.raw.workflowExtendedInfo?.executionExpirationTime?.seconds) * 1_000;
  expect(Math.abs(budgetEnd - (first.startTime.getTime() + limits.totalMs))).toBeLessThan(1_500);

  expect(await stage.client.enqueue(document)).toEqual({ id, status: 'complete', joined: true });
  await expect(stage.client.retry(id)).rejects.toThrow(/is complete/);
  const listed = (await stage.client.list()).filter((row) => row.id === id);
  expect(listed).toMatchObject([{ status: 'complete', attempts: result.attempts.length }]);
}, 120_000);
