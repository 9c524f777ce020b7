/**
 * Text that an attempt gives its workflow by signal, while it runs and after Temporal has lost sight of it.
 *
 * A heartbeat holds all that is not yet safe, so its bytes would grow with the square of a text. A chunk makes a piece
 * safe, and the heartbeats begin behind it.
 */
import type { AttemptReport, HeartbeatDetails } from './attempt.ts';
import { isDetails, isObject, isReport } from './shape.ts';

/** From whom it comes. Anybody may send a signal, and a woken worker sends old ones. */
interface Sender {
  runId: string;
  /** The attempt's number, which names its activity as well: each attempt is one. */
  attempt: number;
  /** Which execution of that activity: one that was paused is executed again, and knows nothing of what comes late. */
  execution: number;
}

/** A heartbeat that goes by signal, and stays. */
export interface Chunk extends Sender {
  details: HeartbeatDetails;
}

/** The report of an attempt that Temporal takes none of any more: it was away for longer than a worker may be silent. */
export interface HandOver extends Sender {
  report: AttemptReport;
}

export const CHUNK_SIGNAL = 'chunk';
export const HAND_OVER_SIGNAL = 'handOver';

/** Told by its shape, since an error in a signal's handler would fail the workflow's tasks until its budget ends. */
export function isChunk(value: unknown): value is Chunk {
  return hasSender(value) && isDetails(value['details']);
}

export function isHandOver(value: unknown): value is HandOver {
  return hasSender(value) && isReport(value['report']);
}

/** The workflow need not be named: a run's id is no other workflow's. */
function hasSender(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) &&
    typeof value['runId'] === 'string' &&
    typeof value['attempt'] === 'number' &&
    typeof value['execution'] === 'number'
  );
}
