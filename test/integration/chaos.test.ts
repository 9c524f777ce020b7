import { expect, inject, it } from 'vitest';
import type { Accident } from '../chaos/plan.ts';
import { reportLines } from '../chaos/report.ts';
import { runChaos } from '../chaos/run.ts';

/** One of each, so far apart that work is under way each time. */
const ACCIDENTS: readonly Accident[] = [
  { kind: 'worker_killed', afterMs: 1_500, victim: 0, successorDrainMs: 0 },
  { kind: 'worker_stopped', afterMs: 2_000, victim: 0, successorDrainMs: 500 },
  { kind: 'worker_frozen', afterMs: 1_500, victim: 0, frozenMs: 2_500 },
  { kind: 'server_restarted', afterMs: 1_000, outageMs: 500 },
];

it('twenty generations, a broken wire and one accident of each kind: nothing lost, said twice, stuck or late', async () => {
  const report = await runChaos({
    seed: 20,
    generations: 20,
    workers: 2,
    concurrency: 10,
    characters: 2_500,
    mostMs: 90_000,
    accidents: ACCIDENTS,
    program: inject('temporalProgram'),
    say: () => undefined,
    signal: new AbortController().signal,
  });
  const wrong = report.generations.flatMap(({ planned, judgement }) =>
    judgement.findings.map((finding) => ({ id: planned.id, ...finding })),
  );
  expect(wrong).toEqual([]);
  expect(report.oddities).toEqual([]);
  expect(report.generations).toHaveLength(20);
  expect(report.accidents.map(({ kind }) => kind)).toEqual(ACCIDENTS.map(({ kind }) => kind));
  expect(report.records.some(({ fault }) => fault !== null)).toBe(true);
  expect(reportLines(report).at(-1)).toBe('Nothing wrong was found.');
});
