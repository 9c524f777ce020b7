import { describe, expect, it } from 'vitest';
import { judge } from '../../chaos/judge.ts';
import type { PlannedGeneration } from '../../chaos/plan.ts';
import { factsOf, isClean, reportLines } from '../../chaos/report.ts';
import type { ChaosReport } from '../../chaos/report.ts';
import type { GenerationFacts } from '../../chaos/facts.ts';
import { TEXT, accident, facts, request } from './madeUp.ts';

const PLANNED: PlannedGeneration = {
  id: 'chaos-7-3',
  model: 'claude-haiku-4-5',
  fallbackModels: [],
  characters: TEXT.length,
  fate: { kind: 'left_alone' },
  retried: false,
};

function report(generations: readonly GenerationFacts[], rest: Partial<ChaosReport> = {}): ChaosReport {
  return {
    seed: 7,
    planned: 5,
    generations: generations.map((each) => ({ planned: PLANNED, facts: each, judgement: judge(each) })),
    accidents: [accident(), accident(), accident({ kind: 'server_restarted', pid: null, until: 900 })],
    records: [request(), request({ fault: 'reset' })],
    oddities: [],
    lags: [],
    heartbeatAges: [90, 100, 400],
    tookMs: 61_234,
    ...rest,
  };
}

describe('a report', () => {
  it('of a run in which all went well counts everything and says so', () => {
    const well = report([facts(), facts({ document: { status: 'incomplete', stopReason: 'max_tokens' } })]);
    expect(isClean(well)).toBe(true);
    const lines = reportLines(well);
    expect(lines).toEqual(
      expect.arrayContaining([
        'seed 7',
        'generations: 2 of 5 (1 complete, 1 incomplete)',
        'incomplete, by reason: 1 (1 max_tokens)',
        'lost: 0',
        'accidents: 3 (2 worker_killed, 1 server_restarted)',
        'faults of the wire: 1 in 2 requests (1 reset)',
        'duration: 61.2 s',
      ]),
    );
    expect(lines.at(-1)).toBe('Nothing wrong was found.');
  });

  it('names each generation that something is wrong with, and the verdict', () => {
    const wrong = report([facts({ document: { text: TEXT.slice(0, -1) } })]);
    expect(isClean(wrong)).toBe(false);
    const lines = reportLines(wrong);
    expect(lines).toContain('falsely complete: 1');
    expect(lines.at(-2)).toBe(
      'falsely_complete in chaos-7-3 (claude-haiku-4-5, left_alone, complete): 199 characters, as they were said up to character 199',
    );
    expect(lines.at(-1)).toBe('Something is wrong: see above.');
  });

  it('is not clean where something odd happened', () => {
    const odd = report([facts()], { oddities: ['worker 4 ended by itself'] });
    expect(isClean(odd)).toBe(false);
    expect(reportLines(odd)).toContain('odd: worker 4 ended by itself');
  });

  it('can be written whole, with what had been sent by each accident', () => {
    const run = report([facts()], { accidents: [accident({ sent: new Map([[4, 17]]) })] });
    expect(JSON.parse(factsOf(run))).toMatchObject({
      seed: 7,
      accidents: [{ sent: { 4: 17 } }],
      generations: [{ planned: { id: 'chaos-7-3' }, findings: [], document: { text: TEXT } }],
    });
  });
});
