/** An endpoint with less room than there are generations: the worker as a whole learns how much. */
import { afterEach, expect, it } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

/** By hand 200 for 20 places. Fewer places in the suite: a slow machine never has 20 requests under way at once. */
const GENERATIONS = Number(process.env['CROWD'] ?? 32);
const PLACES = GENERATIONS >= 200 ? 20 : 8;

it(`${GENERATIONS} generations, ${PLACES} places, 429 and retry-after: 2 for the rest: all complete, few refused`, async () => {
  const capacity = { concurrent: PLACES, retryAfterS: 2 };
  stage = await Stage.set({
    profile: { characters: 3_000, deltasPerSecond: 100, charactersPerDelta: 12, capacity },
  });
  await stage.worker();
  const startedAt = performance.now();
  const limits = { totalMs: 600_000 };
  const all = await Promise.all(Array.from({ length: GENERATIONS }, () => stage.generate({ limits })));
  const seconds = (performance.now() - startedAt) / 1_000;

  for (const { result, truth } of all) {
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(truth);
  }
  const refused = stage.simulator.log.filter(({ status }) => status === 429);
  const most = Math.max(...all.map(({ result }) => result.attempts.length));
  console.log(
    `${refused.length} refused requests for ${all.length} successes (${(refused.length / all.length).toFixed(2)}), at most ${most} attempts, ${seconds.toFixed(1)} s`,
  );
  expect(refused.length).toBeGreaterThan(0);
  // Each for itself would be refused as often as there was no room for it: this many the first time alone.
  expect(refused.length).toBeLessThan(GENERATIONS - PLACES);
  expect(most).toBeLessThanOrEqual(5);
}, 600_000);
