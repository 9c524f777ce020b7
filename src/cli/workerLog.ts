/** The worker's log: JSON lines on stderr, without any prompt or text in them. */
import type { LogLevel, LogMetadata, Logger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { destination, pino } from 'pino';

/**
 * What may pass of a line's fields. A list of what may, not of what may not: Temporal hands over whole failures, whose
 * details are the text, and a later version may hand over more.
 */
const PASSING_FIELDS = [
  'workflowId',
  'runId',
  'workflowType',
  'activityId',
  'activityType',
  'attempt',
  'namespace',
  'taskQueue',
  'durationMs',
  'state',
  'number',
  'model',
  'resume',
  'outcome',
  'phase',
  'silence',
  'detectedAfterMs',
  'stopReason',
  'permanent',
  'reason',
  'keptCharacters',
  'regeneratedCharacters',
  'firstTokenMs',
  'longestGapMs',
  'sdkComponent',
  'target',
] as const;

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

export type WorkerLogLevel = 'info' | 'warn';

export function createWorkerLogger(
  level: WorkerLogLevel,
  // Synchronous: the last lines before an exit are those that are wanted.
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const log = pino(
    { level, base: { pid: process.pid }, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    stream,
  );
  const write = (temporalLevel: LogLevel, message: string, meta?: LogMetadata): void => {
    writeLine(log, temporalLevel, message, meta ?? {});
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** Once a process, before anything of Temporal's worker. Signals are ours: the SDK's own handlers would race them. */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

function writeLine(
  log: PinoLogger,
  level: LogLevel,
  message: string,
  meta: Record<string | symbol, unknown>,
): void {
  const fields: Record<string, unknown> = {};
  for (const field of PASSING_FIELDS) {
    if (meta[field] !== undefined) fields[field] = meta[field];
  }
  Object.assign(fields, errorFields(meta['error'] ?? meta['err']));
  // One line: a message of several is a stack, or somebody's data.
  log[PINO_LEVELS[level]](fields, message.split('\n')[0] ?? '');
}

/** An error's message may quote the request, so only its name and its type pass. */
function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {};
  const type = 'type' in error && typeof error.type === 'string' ? error.type : undefined;
  const cause = error.cause instanceof Error ? error.cause.name : undefined;
  return { error: { name: error.name, type, cause } };
}
