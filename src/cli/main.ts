#!/usr/bin/env node
/** The command `throughline`: builds the program, runs one command, and turns its end into an exit code. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBatchCommand } from './batch.ts';
import { addCancelCommand } from './cancel.ts';
import { addDevCommand } from './dev.ts';
import { addEnqueueCommand } from './enqueue.ts';
import { reportOf } from './errors.ts';
import { EXIT_COMPLETE, exitCodeOfSignal } from './exitCodes.ts';
import { addFollowCommand } from './follow.ts';
import { addGenerateCommand } from './generate.ts';
import { addListCommand } from './list.ts';
import type { Finish } from './options.ts';
import { addResultCommand } from './result.ts';
import { addRetryCommand } from './retry.ts';
import { addSimulateCommand } from './simulate.ts';
import { addStatusCommand } from './status.ts';
import { say } from './textOutput.ts';
import { addWorkerCommand } from './worker.ts';

const COMMANDS = [
  addDevCommand,
  addWorkerCommand,
  addGenerateCommand,
  addEnqueueCommand,
  addFollowCommand,
  addResultCommand,
  addStatusCommand,
  addListCommand,
  addCancelCommand,
  addRetryCommand,
  addBatchCommand,
  addSimulateCommand,
];

function buildProgram(finish: Finish): Command {
  const program = new Command('throughline')
    .description('Durable Claude generations: one long text out of the Messages API, whole.')
    .version(ownVersion(), '--version', 'print the version')
    .option('--verbose', 'print the stack of an error too (default: false)')
    .helpOption('-h, --help', 'explain a command')
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed once, below; commander would print its own first.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const add of COMMANDS) add(program, finish);
  return program;
}

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

// As if SIGPIPE had come (Node ignores it): `| head` has what it wanted, and a script must not read "complete".
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodeOfSignal('SIGPIPE'));
  throw error;
});
// With stderr gone there is nobody to tell.
process.stderr.on('error', () => undefined);

let exitCode = EXIT_COMPLETE;
const program = buildProgram((code) => {
  exitCode = code;
});
try {
  await program.parseAsync(process.argv);
} catch (error) {
  const report = reportOf(error, program.opts<{ verbose?: boolean }>().verbose === true);
  exitCode = report.exitCode;
  if (report.text !== '') say(report.text);
}
// Explicitly: a call to a service that is out of reach may hold the process for a long while yet.
process.stdout.write('', () => process.exit(exitCode));
