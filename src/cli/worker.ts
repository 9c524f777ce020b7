import type { Command } from 'commander';
import { hasCredentials, readWorkerConfig } from '../config.ts';
import type { WorkerConfig } from '../config.ts';
import type { GenerationWorker } from '../worker.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { StopRequest } from './interruption.ts';
import { listenForStop } from './interruption.ts';
import type { Finish } from './options.ts';

export function addWorkerCommand(program: Command, finish: Finish): void {
  program
    .command('worker')
    .description('run one worker against the Temporal service of the environment, until SIGTERM or Ctrl-C')
    .addHelpText(
      'after',
      `
Everything is set in the environment (defaults in brackets):
  ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL   the way to Claude; a key or a token is required
  TEMPORAL_ADDRESS (localhost:7233), TEMPORAL_NAMESPACE (default), TEMPORAL_API_KEY, TEMPORAL_TLS_*
  THROUGHLINE_TASK_QUEUE (throughline), THROUGHLINE_MAX_CONCURRENT (300)
  THROUGHLINE_HEARTBEAT_MS (1000)     the longest time between two checkpoints that reach the server
  THROUGHLINE_WORKER_LOST_MS (10000)  silence after which a worker counts as lost
  THROUGHLINE_DRAIN_MS (5000)         how long a stopping worker lets streams finish before it hands them over
A second signal ends it at once.`,
    )
    .action(async () => {
      finish(await runWorker());
    });
}

async function runWorker(): Promise<number> {
  const config = readWorkerConfig();
  if (!hasCredentials(config)) {
    throw new UsageError([
      'the worker cannot authenticate: neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set. Set one; or, without a key, run `throughline simulate` and set ANTHROPIC_BASE_URL to its address and ANTHROPIC_API_KEY to any word.',
    ]);
  }
  const stop = listenForStop();
  // By the client first: it tells within seconds that nobody answers, and at which address.
  await withClient(() => Promise.resolve(), config);
  const { createWorkerLogger, installRuntime } = await import('./workerLog.ts');
  const logger = createWorkerLogger('info');
  installRuntime(logger);
  const worker = await startWorker(config);
  const { address, namespace, taskQueue } = config;
  logger.info(`worker on ${address}`, { namespace, taskQueue });
  await untilStopped(worker, stop);
  logger.info('worker stopped', { taskQueue });
  return EXIT_COMPLETE;
}

/** @throws UsageError, with Temporal's reason, when the worker is refused: a missing namespace, a wrong key */
export async function startWorker(config: WorkerConfig): Promise<GenerationWorker> {
  // Late: loading the worker's native part takes a moment that `--help` should not wait for.
  const { createWorker } = await import('../worker.ts');
  try {
    return await createWorker(config);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const where = `${config.address}, namespace ${config.namespace}`;
    throw new UsageError([
      `the worker could not be started at ${where}: ${reason}. Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_API_KEY.`,
    ]);
  }
}

/** Resolves when the worker was asked to stop and has: its streams ended or handed over. */
export async function untilStopped(worker: GenerationWorker, stop: StopRequest): Promise<void> {
  // Asked before it ran: there is nothing to drain, and what does not run cannot be shut down.
  if (stop.isAsked()) return;
  const running = worker.run();
  void stop.asked.then(() => worker.shutdown());
  await running;
}
