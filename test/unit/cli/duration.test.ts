import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatClock, formatDuration, parseDuration } from '../../../src/cli/duration.ts';

test.each([
  ['1500ms', 1_500],
  ['25s', 25_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['250', 250],
  ['0', 0],
  ['1.5s', 1_500],
  ['1.1s', 1_100],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toEqual({ ok: true, ms });
});

test.each([
  '',
  ' 25s',
  '25 s',
  '-1s',
  '25sec',
  '1.5',
  '1.5ms',
  '0.0001s',
  '1d',
  'Infinity',
  '1e3',
  '9'.repeat(400),
  's',
])('"%s" is refused, and told what to give', (text) => {
  expect(parseDuration(text)).toEqual({
    ok: false,
    repair: expect.stringContaining('1500ms, 25s, 30m or 2h') as string,
  });
});

test('what is formatted is read back to the same number', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, ms });
    }),
  );
});

test.each([
  [1_800_000, '30m'],
  [7_200_000, '2h'],
  [25_000, '25s'],
  [1_500, '1500ms'],
  [0, '0ms'],
])('%i ms is written in its largest whole unit: %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [1_655_999, '27:35'],
  [3_849_000, '1:04:09'],
  [999, '0:00'],
  [-5_000, '0:00'],
])('a clock shows %i ms as %s', (ms, text) => {
  expect(formatClock(ms)).toBe(text);
});
