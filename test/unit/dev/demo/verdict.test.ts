import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../../src/dev/demo/verdict.ts';
import { record as attemptRecord } from '../../generation/builders.ts';

const attempts = [
  attemptRecord({ outcome: 'stalled' }),
  attemptRecord({ number: 2, outcome: 'worker_lost' }),
  attemptRecord({ number: 3, outcome: 'complete' }),
];
const whole = { status: 'complete' as const, text: 'a river', attempts };
const ACCIDENTS = ['stalled', 'worker_lost'] as const;

describe('the demo’s verdict', () => {
  it('finds nothing wrong with a complete text that is the truth, after both accidents', () => {
    expect(problemsOf(whole, 'a river', ACCIDENTS)).toEqual([]);
  });

  it('asks for no truth of the real API', () => {
    expect(problemsOf(whole, null, ['worker_lost'])).toEqual([]);
  });

  it.each([
    [
      'a text that lacks its end',
      { ...whole, text: 'a riv' },
      'a river',
      'from character 5 on (5 characters received, 7 meant)',
    ],
    ['a text that says one thing twice', { ...whole, text: 'a a river' }, 'a river', 'from character 2 on'],
    ['a text beside no truth at all', { ...whole, text: '' }, '', 'knows of no text'],
    [
      'a generation that is incomplete',
      { ...whole, status: 'incomplete' as const },
      'a river',
      'incomplete, not complete',
    ],
    [
      'a stall that did not happen',
      { ...whole, attempts: attempts.slice(1) },
      'a river',
      'No attempt was stalled',
    ],
    [
      'a worker that was not lost',
      { ...whole, attempts: attempts.slice(0, 1) },
      'a river',
      'No attempt was worker_lost',
    ],
  ])('%s is one problem, in a sentence', (_, document, truth, sentence) => {
    const problems = problemsOf(document, truth, ACCIDENTS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });
});
