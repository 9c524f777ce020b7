import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { InterruptedError, UsageError, reportOf } from '../../../src/cli/errors.ts';
import { exitCodeOfSignal, exitCodeOfStatus } from '../../../src/cli/exitCodes.ts';
import { RefusedError, UnreachableError } from '../../../src/client/errors.ts';
import { ConfigurationError } from '../../../src/config.ts';
import { PortTakenError } from '../../../src/dev/ports.ts';
import { GENERATION_STATUSES } from '../../../src/generation/result.ts';

test('each status has its exit code, and complete alone has 0', () => {
  expect(Object.fromEntries(GENERATION_STATUSES.map((status) => [status, exitCodeOfStatus(status)]))).toEqual(
    {
      queued: 5,
      running: 5,
      paused: 5,
      complete: 0,
      incomplete: 3,
      timed_out: 3,
      failed: 1,
      cancelled: 4,
    },
  );
});

test('a signal gives 128 and its number, as a shell reports it', () => {
  expect([exitCodeOfSignal('SIGINT'), exitCodeOfSignal('SIGTERM'), exitCodeOfSignal('SIGPIPE')]).toEqual([
    130, 143, 141,
  ]);
});

const grpc = Object.assign(new Error('5 NOT_FOUND: gone'), { code: 5, details: 'Namespace x is not found.' });

test.each([
  ['a refusal', new RefusedError(['id is taken.']), 2, 'throughline: id is taken.'],
  ['a usage error', new UsageError(['--total is "x".']), 2, 'throughline: --total is "x".'],
  [
    'two problems',
    new ConfigurationError(['A is "x".', 'B is "y".']),
    2,
    'throughline: 2 problems:\n  - A is "x".\n  - B is "y".',
  ],
  [
    'a port taken',
    new PortTakenError(7233, '--port', 'something else listens there'),
    2,
    expect.stringContaining('7233'),
  ],
  [
    'no connection',
    new UnreachableError('here:1', new Error('refused')),
    2,
    expect.stringContaining('at here:1'),
  ],
  [
    'an answer of the service',
    new Error('failed', { cause: grpc }),
    2,
    expect.stringContaining('Namespace x is not found.'),
  ],
  ['an interruption', new InterruptedError('SIGINT', 'Come back.'), 130, 'Come back.'],
  ['anything else', new Error('disk full'), 1, 'throughline: disk full'],
  ['help that was asked for', new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), 0, ''],
  ['no command', new CommanderError(1, 'commander.help', '(outputHelp)'), 2, ''],
  [
    'an unknown option',
    new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
    2,
    expect.stringMatching(/^throughline: unknown option '--x'\. /),
  ],
])('%s → exit code and one paragraph', (_, error, exitCode, text) => {
  expect(reportOf(error, false)).toEqual({ exitCode, text });
});

test('a stack is printed with --verbose, and only then', () => {
  const error = new Error('disk full');
  expect(reportOf(error, false).text).not.toContain('    at ');
  expect(reportOf(error, true).text).toContain('    at ');
});
