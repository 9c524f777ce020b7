/**
 * The README's first command: a generation survives a silent stall and a killed worker, on a real Temporal server.
 *
 * `npm run demo`; with `-- --stay` everything stays up afterwards, until Ctrl-C, so that the UI can be looked at.
 * Exit 0: shown as promised. 1: not. 2: refused before it started. 130: interrupted.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { ResultDocument } from '../client/index.ts';
import { ConfigurationError, hasCredentials, readProgramLookup, readWorkerConfig } from '../config.ts';
import { userCacheFolder } from './cacheFolder.ts';
import type { Environment } from './demo/childProgram.ts';
import { demonstrate } from './demo/demonstrate.ts';
import { count, ledgerTable } from './demo/ledgerTable.ts';
import type { Narrator } from './demo/narrator.ts';
import { createNarrator } from './demo/narrator.ts';
import { REAL, SIMULATED } from './demo/scenario.ts';
import type { Stage } from './demo/stage.ts';
import { openStage } from './demo/stage.ts';
import { problemsOf } from './demo/verdict.ts';

class Interrupted extends Error {
  readonly exitCode: number;
  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

const narrator = createNarrator({
  stdout: process.stdout,
  stderr: process.stderr,
  sameTerminal: process.stdout.isTTY && process.stderr.isTTY,
  elapsedMs: () => performance.now(),
});
const closers: (() => Promise<void>)[] = [];

process.exitCode = await main(process.argv.slice(2));
// By force: whatever was still under way when the demo was interrupted must not keep the process.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((argument) => argument !== '--stay');
  if (unknown.length > 0) {
    process.stderr.write(`demo: "${unknown.join(' ')}" is no option: give --stay, or nothing.\n`);
    return 2;
  }
  try {
    return await Promise.race([show(args.includes('--stay')), interrupted()]);
  } catch (error) {
    narrator.say(error instanceof Error ? error.message : String(error));
    if (error instanceof Interrupted) return error.exitCode;
    return error instanceof ConfigurationError ? 2 : 1;
  } finally {
    await close();
  }
}

async function show(stay: boolean): Promise<number> {
  // The programs it starts are given the whole environment: the one thing that no single value could stand for.
  // oxlint-disable-next-line node/no-process-env
  const environment: Environment = process.env;
  const config = readWorkerConfig(environment);
  const scenario = hasCredentials(config) ? REAL : SIMULATED;
  narrator.say(
    scenario === SIMULATED
      ? 'No ANTHROPIC_API_KEY is set: the text is SIMULATED, by a server on this machine. All else is real.'
      : `The text comes from ${config.credentials.baseUrl ?? 'the Messages API, at your cost'}. ` +
          'A stall cannot be had on demand there: only a worker is killed.',
  );
  const { explicitPath, searchPath, cacheHome } = readProgramLookup(environment);
  const stage = await openStage({
    scenario,
    environment,
    programSearch: { explicitPath, searchPath, cacheFolder: userCacheFolder(cacheHome) },
    say: (line) => narrator.say(line),
    closers,
  });
  narrator.say(`Ready: ${stage.workers.map(({ name }) => name).join(' and ')}. Temporal UI: ${stage.uiUrl}`);

  const id = `demo-${randomUUID().slice(0, 8)}`;
  const document = await Promise.race([demonstrate(stage, id, scenario, narrator), stage.broken]);
  const truth = await stage.truth();
  const problems = problemsOf(document, truth, scenario.accidents);
  report(document, truth, problems, narrator);
  if (stay) await stayUp(stage);
  return problems.length === 0 ? 0 : 1;
}

function report(
  document: ResultDocument,
  truth: string | null,
  problems: readonly string[],
  { say }: Narrator,
): void {
  const { status, text, simulated, attempts, verified } = document;
  const length = `${count(text.length)} characters${simulated ? ', simulated' : ''}`;
  say(`The generation is ${status}: ${length}. Its ledger:`);
  for (const line of ledgerTable(attempts)) say(`  ${line}`);
  for (const problem of problems) say(problem);
  if (problems.length > 0) return;
  const bytes = count(Buffer.byteLength(text));
  if (truth === null)
    say(verified ? 'Every seam is verified.' : 'Not every seam is verified: look at the ledger.');
  else
    say(`Proven: the text is byte-identical to what the simulated endpoint meant to say (${bytes} bytes).`);
}

async function stayUp(stage: Stage): Promise<void> {
  narrator.say(`Everything stays up, until Ctrl-C. Temporal UI: ${stage.uiUrl}`);
  await stage.broken;
}

/** Rejects at the first signal. More of them change nothing: npm passes a Ctrl-C on that came here already. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => reject(new Interrupted(signal)));
    }
    // Nobody reads the text any more (`| head`).
    process.stdout.on('error', () => reject(new Interrupted('SIGPIPE')));
  });
}

async function close(): Promise<void> {
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      await closer();
    } catch (error) {
      // What ended the demo matters more than how its clearing up went; the rest must still be closed.
      narrator.say(`Could not clear up all: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
