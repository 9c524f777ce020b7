import { describe, expect, it } from 'vitest';
import { MODELS, planAccidents, planDrains, planGenerations } from '../../chaos/plan.ts';
import type { Accident } from '../../chaos/plan.ts';

function accidents(seed: number, count: number): Accident[] {
  const taken: Accident[] = [];
  for (const accident of planAccidents(seed, { workerLostMs: 2_000 })) {
    if (taken.length === count) break;
    taken.push(accident);
  }
  return taken;
}

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planGenerations(7, 100, 3_000)).toEqual(planGenerations(7, 100, 3_000));
    expect(accidents(7, 100)).toEqual(accidents(7, 100));
    expect(planDrains(7, 10)).toEqual(planDrains(7, 10));
    expect(planGenerations(8, 100, 3_000)).not.toEqual(planGenerations(7, 100, 3_000));
    expect(accidents(8, 100)).not.toEqual(accidents(7, 100));
    expect(planDrains(8, 10)).not.toEqual(planDrains(7, 10));
  });

  it('of more generations begins with those of fewer', () => {
    expect(planGenerations(7, 50, 3_000)).toEqual(planGenerations(7, 100, 3_000).slice(0, 50));
  });

  it('has generations of every fate, on both models, retried and not, about as long as asked', () => {
    const generations = planGenerations(1, 400, 3_000);
    expect(new Set(generations.map(({ fate }) => fate.kind))).toEqual(
      new Set(['left_alone', 'cancelled', 'short_budget', 'few_attempts', 'few_tokens', 'token_parts']),
    );
    expect(new Set(generations.map(({ model }) => model))).toEqual(new Set(MODELS));
    expect(new Set(generations.map(({ retried }) => retried))).toEqual(new Set([true, false]));
    expect(new Set(generations.map(({ id }) => id)).size).toBe(400);
    const mean = generations.reduce((sum, { characters }) => sum + characters, 0) / 400;
    expect(mean).toBeGreaterThan(2_700);
    expect(mean).toBeLessThan(3_300);
  });

  it('falls back on the other model only', () => {
    for (const { model, fallbackModels } of planGenerations(1, 100, 3_000)) {
      expect(fallbackModels).not.toContain(model);
    }
  });

  it('has accidents of every kind; who is frozen, is so for longer than a worker may be silent', () => {
    const all = accidents(1, 400);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(
      new Set(['worker_killed', 'worker_stopped', 'worker_frozen', 'server_restarted']),
    );
    for (const accident of all) {
      expect(accident.afterMs).toBeGreaterThan(0);
      if (accident.kind === 'worker_frozen') expect(accident.frozenMs).toBeGreaterThan(2_000);
    }
    const outages = all.flatMap((each) => (each.kind === 'server_restarted' ? [each.outageMs] : []));
    expect(Math.min(...outages)).toBeLessThan(500);
    expect(Math.max(...outages)).toBeGreaterThan(5_500);
    expect(Math.max(...outages)).toBeLessThanOrEqual(6_000);
  });
});
