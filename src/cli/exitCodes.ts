/** What the process says when it ends. Pure: main.ts is where the codes are used. */
import { constants } from 'node:os';
import type { GenerationStatus } from '../generation/result.ts';

export const EXIT_COMPLETE = 0;
export const EXIT_FAILED = 1;
/** Refused before it started: bad usage, bad request, unknown id, no connection, port taken. */
export const EXIT_REFUSED = 2;
/** Ended incomplete or timed out; what was received is kept. */
export const EXIT_KEPT = 3;
export const EXIT_CANCELLED = 4;
export const EXIT_NOT_ENDED = 5;

/** Of a command that prints a generation's text. Only `complete` gives 0: a script may trust it. */
export function exitCodeOfStatus(status: GenerationStatus): number {
  switch (status) {
    case 'complete':
      return EXIT_COMPLETE;
    case 'failed':
      return EXIT_FAILED;
    case 'incomplete':
    case 'timed_out':
      return EXIT_KEPT;
    case 'cancelled':
      return EXIT_CANCELLED;
    case 'queued':
    case 'running':
    case 'paused':
      return EXIT_NOT_ENDED;
    default:
      return status satisfies never;
  }
}

/** As a shell reports a process that a signal ended: 130 for SIGINT, 143 for SIGTERM. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
