import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createWorkerLogger } from '../../../src/cli/workerLog.ts';

function logged(log: (logger: ReturnType<typeof createWorkerLogger>) => void): {
  raw: string;
  lines: unknown[];
} {
  let raw = '';
  const stream = { write: (line: string) => void (raw += line) };
  log(createWorkerLogger('info', stream));
  const lines = raw
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
  return { raw, lines };
}

test('a line is JSON with its level, its message and what identifies the generation', () => {
  const { lines } = logged((logger) =>
    logger.warn('Activity failed', { workflowId: 'article-42', attempt: 1 }),
  );
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: 'Activity failed', workflowId: 'article-42', attempt: 1 }),
  ]);
});

test('neither a text in a failure nor an unknown field gets into the log', () => {
  const details = [{ checkpoint: { offset: 0, text: 'SECRET text' } }];
  const error = ApplicationFailure.create({
    message: 'quotes SECRET prompt',
    type: 'throughline.attempt',
    details,
  });
  const { raw, lines } = logged((logger) =>
    logger.error('failed\nSECRET stack', { error, input: 'SECRET prompt' }),
  );
  expect(raw).not.toContain('SECRET');
  expect(lines).toEqual([
    expect.objectContaining({
      msg: 'failed',
      error: { name: 'ApplicationFailure', type: 'throughline.attempt' },
    }),
  ]);
});

test('what is below the level is left out', () => {
  expect(logged((logger) => logger.debug('detail')).lines).toEqual([]);
});
