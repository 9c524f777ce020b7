/** Texts as large as Temporal carries, and larger. */
import { afterEach, expect, it } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const FAST = { deltasPerSecond: 0, charactersPerDelta: 400 };

it('a text larger than Temporal carries ends incomplete, text_limit, and all that has a place is kept', async () => {
  stage = await Stage.set({ profile: { ...FAST, characters: 1_700_000 } });
  await stage.worker();
  const { result, truth } = await stage.generate({ maxTokens: 1_000_000 });
  expect(result).toMatchObject({ status: 'incomplete', complete: false, stopReason: 'text_limit' });
  expect(Buffer.byteLength(JSON.stringify(result.text))).toBeGreaterThan(1_490_000);
  expect(truth.startsWith(result.text)).toBe(true);

  // Again it would only be paid for once more.
  await stage.client.retry(result.id);
  const again = await stage.client.result(result.id);
  expect(again).toMatchObject({ status: 'incomplete', stopReason: 'text_limit' });
  expect(again.text).toBe(result.text);
  expect(stage.simulator.log).toHaveLength(1);
});

it('a text just below that limit, cut three times, is complete and identical', async () => {
  const cuts = [300_000, 100_000, 700_000].map((afterCharacters, index) => ({
    attempt: index + 1,
    kind: 'reset' as const,
    afterCharacters,
  }));
  stage = await Stage.set({ profile: { ...FAST, characters: 1_400_000, faults: cuts } });
  await stage.worker();
  const { result, truth } = await stage.generate({ maxTokens: 1_000_000 });
  expect(result).toMatchObject({ status: 'complete', verified: true });
  expect(result.text === truth).toBe(true);
  expect(result.attempts).toHaveLength(4);
});
