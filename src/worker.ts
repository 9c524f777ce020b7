/** The composition root: one worker, from its configuration. */
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { totalmem } from 'node:os';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from './activities/streamMessage.ts';
import { createClaudeClient } from './claude/client.ts';
import type { WorkerConfig } from './config.ts';

/** Built by `npm run build`, so that a worker starts without bundling anything. */
export const WORKFLOW_BUNDLE = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

/** A cached workflow costs about 3.4 × its text; reckoned with the largest text that is kept. */
const LARGEST_CACHED_WORKFLOW_BYTES = 5_100_000;
const CACHE_SHARE_OF_MEMORY = 0.25;

/** So much longer than it drains, a worker that has to stop waits for Temporal to take what text it holds. */
const LONGEST_WAIT_TO_STOP_MS = 10_000;

export interface GenerationWorker {
  /** Resolves when the worker has stopped: its streams ended or handed over. */
  run(): Promise<void>;
  /** Begins to stop: takes nothing new, lets streams finish for `drainMs`, then hands them over. */
  shutdown(): void;
}

/** @throws when Temporal is not to be reached at the configured address */
export async function createWorker(
  config: WorkerConfig,
  options: { workflowBundle?: string; identity?: string; dataConverter?: DataConverter } = {},
): Promise<GenerationWorker> {
  const drained = new AbortController();
  const stopping = new AbortController();
  // Each attempt may listen to them.
  setMaxListeners(0, drained.signal, stopping.signal);
  const connection = await NativeConnection.connect(config.connect.connectionOptions);
  try {
    const worker = await Worker.create({
      connection,
      namespace: config.namespace,
      taskQueue: config.taskQueue,
      ...(options.identity !== undefined && { identity: options.identity }),
      ...(options.dataConverter !== undefined && { dataConverter: options.dataConverter }),
      workflowBundle: { codePath: options.workflowBundle ?? WORKFLOW_BUNDLE },
      activities: createActivities(createClaudeClient(config.credentials), {
        ...config,
        drained: drained.signal,
        stopping: stopping.signal,
      }),
      maxConcurrentActivityTaskExecutions: config.maxConcurrent,
      maxCachedWorkflows: Math.max(
        50,
        Math.floor((totalmem() * CACHE_SHARE_OF_MEMORY) / LARGEST_CACHED_WORKFLOW_BYTES),
      ),
      // Beats come at `heartbeatMs` or sooner; Core must pass each of them on, not keep it back for the next.
      maxHeartbeatThrottleInterval: config.heartbeatMs / 2,
      defaultHeartbeatThrottleInterval: config.heartbeatMs / 2,
      // A task for a workflow cached on a worker that is gone waits this long before any other may take it.
      stickyQueueScheduleToStartTimeout: '5s',
      shutdownGraceTime: config.drainMs,
    });
    return {
      run: async () => {
        try {
          await worker.run();
        } finally {
          await connection.close();
        }
      },
      shutdown: () => {
        // After an error of its own it is stopping already, and may be waiting for Temporal without bound.
        if (worker.getState() === 'RUNNING') worker.shutdown();
        setTimeout(() => drained.abort(), config.drainMs).unref();
        setTimeout(() => stopping.abort(), config.drainMs + LONGEST_WAIT_TO_STOP_MS).unref();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
