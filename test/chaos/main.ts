/**
 * Many generations under accidents: workers killed, stopped and frozen, the Temporal server killed, the wire broken.
 * At the end each text is compared with what was said, and each ledger with the requests.
 *
 * npm run chaos -- --seed 1 --generations 200
 *
 * `--facts FILE` writes all that is known of the run, as JSON: what happened when, each text, ledger and request.
 *
 * Exit 0: nothing wrong was found. 1: something was; the lines say in which generation. 2: refused. 130: interrupted.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readProgramLookup } from '../../src/config.ts';
import { userCacheFolder } from '../../src/dev/cacheFolder.ts';
import { findTemporalProgram } from '../../src/dev/findTemporalProgram.ts';
import { factsOf, isClean, reportLines } from './report.ts';
import { runChaos } from './run.ts';

const LARGEST_SEED = 1_000_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(1 + Math.floor(Math.random() * LARGEST_SEED)) },
    generations: { type: 'string', default: '200' },
    workers: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '100' },
    characters: { type: 'string', default: '3000' },
    minutes: { type: 'string', default: '15' },
    facts: { type: 'string' },
  },
});
const { facts: factsFile, ...numbers } = values;
const problems = Object.entries(numbers).flatMap(([name, value]) =>
  /^[1-9]\d{0,8}$/.test(value) ? [] : [`--${name} is "${value}": give a whole number of 1 or more.`],
);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(2);
}

const leaving = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => leaving.abort());
const say = (line: string): void => console.log(line);
console.log(`seed ${values.seed}`);
process.exitCode = await main();
// By force: whatever still waits for a generation must not keep the process.
process.exit();

async function main(): Promise<number> {
  const { explicitPath, searchPath, cacheHome } = readProgramLookup();
  const cacheFolder = userCacheFolder(cacheHome);
  try {
    const report = await runChaos({
      seed: Number(values.seed),
      generations: Number(values.generations),
      workers: Number(values.workers),
      concurrency: Number(values.concurrency),
      characters: Number(values.characters),
      mostMs: Number(values.minutes) * 60_000,
      program: await findTemporalProgram({ explicitPath, searchPath, cacheFolder, log: say }),
      say,
      signal: leaving.signal,
    });
    for (const line of reportLines(report)) console.log(line);
    if (factsFile !== undefined) await writeFile(factsFile, factsOf(report));
    return isClean(report) ? 0 : 1;
  } catch (error) {
    if (leaving.signal.aborted) {
      console.error('Interrupted.');
      return 130;
    }
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}
