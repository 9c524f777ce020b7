import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { isPassing } from '../client/errors.ts';
import type { ThroughlineClient } from '../client/index.ts';
import type { ResultDocument } from '../generation/result.ts';
import type { BatchItem } from './batchLines.ts';
import { readBatchLines } from './batchLines.ts';
import type { BatchProgress } from './batchProgress.ts';
import { createBatchProgress } from './batchProgress.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { EXIT_COMPLETE, EXIT_FAILED } from './exitCodes.ts';
import { readInput } from './inputFile.ts';
import { interruptible } from './interruption.ts';
import type { Finish } from './options.ts';
import { writeOutput } from './output.ts';
import { readCount } from './requestInput.ts';

const DEFAULT_CONCURRENCY = 4;
const BETWEEN_TRIES_MS = 1_000;

interface BatchOptions {
  out: string;
  concurrency?: string;
  allowSimulated?: boolean;
}

export function addBatchCommand(program: Command, finish: Finish): void {
  program
    .command('batch')
    .description('one generation a line; run again, it starts nothing twice and fetches again what is done')
    .argument('<FILE.jsonl>', 'one request document (JSON) a line, - for stdin')
    .requiredOption('--out <DIR>', 'the folder for <id>.txt and <id>.txt.partial; made if need be (required)')
    .option('--concurrency <N>', `never more generations under way than N (default: ${DEFAULT_CONCURRENCY})`)
    .option('--allow-simulated', "let the simulator's texts go to files (default: false)")
    .addHelpText('after', '\nExit codes: 0 all complete and written, 1 not all, 2 refused, 130 interrupted.')
    .action(async (file: string, options: BatchOptions) => {
      finish(await batch(file, options));
    });
}

async function batch(file: string, options: BatchOptions): Promise<number> {
  const problems: string[] = [];
  const concurrency = readCount(options.concurrency, '--concurrency', problems) ?? DEFAULT_CONCURRENCY;
  const items = await readItems(file, problems);
  if (problems.length > 0) throw new UsageError(problems);
  try {
    await mkdir(options.out, { recursive: true });
  } catch (error) {
    throw new UsageError([
      `--out is "${options.out}", which cannot be made (${reasonOf(error)}): name another folder.`,
    ]);
  }
  const comeBack =
    'Generations under way go on. Run the same command again to go on with the batch: nothing is started twice.';
  return await withClient(async (client) => {
    const progress = createBatchProgress(process.stderr, items.length);
    try {
      await interruptible(comeBack, (signal) =>
        runAll(items, concurrency, signal, (item) => runOne(client, item, options, progress)),
      );
    } finally {
      progress.end();
    }
    return progress.complete() === items.length ? EXIT_COMPLETE : EXIT_FAILED;
  });
}

async function readItems(file: string, problems: string[]): Promise<BatchItem[]> {
  const text = await readInput(file, 'FILE.jsonl');
  if (!text.ok) {
    problems.push(text.problem);
    return [];
  }
  const lines = readBatchLines(text.value);
  if (lines.ok) return lines.items;
  problems.push(...lines.problems);
  return [];
}

/** In the file's order: what an earlier, interrupted run left under way is waited for before anything new is started. */
async function runAll(
  items: readonly BatchItem[],
  concurrency: number,
  signal: AbortSignal,
  run: (item: BatchItem) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (signal.aborted) return;
      await run(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
}

/** Never throws: what befalls one line must not stop the others. */
async function runOne(
  client: ThroughlineClient,
  { id, document }: BatchItem,
  { out, allowSimulated = false }: BatchOptions,
  progress: BatchProgress,
): Promise<void> {
  progress.started();
  try {
    await enqueued(client, document, progress);
    const result = await client.result(id, { onUnreachable: (message) => progress.unreachable(message) });
    const written = await writeOutput(join(out, `${id}.txt`), result, allowSimulated);
    const refused = written.kind === 'simulated_refused';
    progress.ended(
      written.kind === 'whole',
      `${id}: ${endText(result)}${refused ? '; simulated, so not written: pass --allow-simulated' : ''}`,
    );
  } catch (error) {
    progress.ended(false, `${id}: ${reasonOf(error)}`);
  }
}

/** Through outages of Temporal: enqueueing the same twice is one generation. */
async function enqueued(
  client: ThroughlineClient,
  document: unknown,
  progress: BatchProgress,
): Promise<void> {
  for (;;) {
    try {
      await client.enqueue(document);
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      progress.unreachable(reasonOf(error));
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    }
  }
}

function endText({ status, text, error }: ResultDocument): string {
  return `${status}, ${text.length} characters${error === null ? '' : ` (${error.kind}: ${error.message})`}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
}
