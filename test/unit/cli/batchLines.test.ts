import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBatchLines } from '../../../src/cli/batchLines.ts';

const message = {
  model: 'claude-haiku-4-5',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'Write.' }],
};
const line = (fields: object = {}): string => JSON.stringify({ message, ...fields });

test('each line is an item with its number; empty lines are passed over', () => {
  expect(readBatchLines(`${line({ id: 'a' })}\r\n\n${line({ id: 'b' })}\n`)).toEqual({
    ok: true,
    items: [
      { line: 1, id: 'a', document: { id: 'a', message } },
      { line: 3, id: 'b', document: { id: 'b', message } },
    ],
  });
});

test('a line without id gets a digest of itself, whatever the order of its keys, its limits and the lines about it', () => {
  const reversed = JSON.stringify({ limits: { totalMs: 60_000 }, message });
  const straight = JSON.stringify({ message, limits: { totalMs: 90_000 } });
  const [first, second] = [`${line({ id: 'x' })}\n${reversed}`, straight].map(readBatchLines);
  if (first?.ok !== true || second?.ok !== true) throw new Error('refused');
  expect(first.items[1]?.id).toMatch(/^batch-[0-9a-f]{32}$/);
  expect(first.items[1]?.id).toBe(second.items[0]?.id);
  expect(second.items[0]?.document['id']).toBe(second.items[0]?.id);
});

test('the same request twice is one generation', () => {
  const check = readBatchLines(`${line()}\n${line()}\n${line({ id: 'a' })}\n${line({ id: 'a' })}`);
  expect(check.ok && check.items.map((item) => item.line)).toEqual([1, 3]);
});

test('every bad line is named by its number, with every problem', () => {
  const other = { ...message, max_tokens: 11 };
  const check = readBatchLines(
    [line({ id: 'a' }), '{', line({ id: '', resume: 'x' }), line({ id: 'a', message: other })].join('\n'),
  );
  expect(check.ok ? [] : check.problems).toEqual([
    expect.stringMatching(/^line 2 is not valid JSON/),
    expect.stringMatching(/^line 3: id is ""/),
    expect.stringMatching(/^line 3: resume is "x"/),
    'line 4: id is "a", as on line 1, but the request differs: choose another id.',
  ]);
});

test('a file without lines is refused', () => {
  expect(readBatchLines('\n \n')).toMatchObject({ ok: false });
});

test('whatever a line holds, it is an item or a problem, never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (content) => {
      expect(() => readBatchLines(content)).not.toThrow();
    }),
  );
});
