/** What is known of a generation once a run is over: all that a judgement may rest on. */
import type { ResultDocument } from '../../src/client/index.ts';
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { AccidentKind } from './plan.ts';

/** An accident as it happened. All times are milliseconds since the epoch. */
export interface AccidentFact {
  kind: AccidentKind;
  at: number;
  /** When the worker ran again, or the server answered again; null where nothing comes back. */
  until: number | null;
  /** The worker's process; null for the server. */
  pid: number | null;
  /** By request number: how much of its `continuation` had been sent by then. Requests under way only. */
  sent: ReadonlyMap<number, number>;
}

/** One execution of a generation: the first, or a retry. */
export interface RunFact {
  enqueuedAt: number;
  /** Null: it did not end. */
  endedAt: number | null;
  totalMs: number;
}

/** How far behind the machine was found to be; see `pulse.ts`. */
export interface Lag {
  at: number;
  ms: number;
}

/** The server gave an attempt to a worker. */
export interface StartFact {
  pid: number;
  at: number;
}

export interface GenerationFacts {
  id: string;
  /** About how long its text was to be. */
  characters: number;
  runs: readonly RunFact[];
  /** As it was read at the end; null where it could not be read. */
  document: ResultDocument | null;
  /** What the client should hold, by the simulator's word; null where no request came. */
  truth: string | null;
  /** The requests of its conversation, oldest first. */
  records: readonly RequestRecord[];
  /** By attempt number: who had it and since when, by the server's word. Unknown of one that was closed over its head. */
  starts: ReadonlyMap<number, StartFact>;
  accidents: readonly AccidentFact[];
  /** Of the whole run, in the order of time. */
  lags: readonly Lag[];
  judgedAt: number;
  conditions: Conditions;
}

/** The same for all generations of a run. */
export interface Conditions {
  heartbeatMs: number;
  workerLostMs: number;
  charactersPerMs: number;
  /** The longest of the limits on a silence. */
  stallAfterMs: number;
}

export type Verdict =
  | 'falsely_complete'
  | 'lost'
  | 'duplicated'
  /** Asked to continue, or shows, what nobody said. */
  | 'mixed_up'
  | 'stuck'
  | 'budget_overrun'
  /** A request was still being paid for after its generation's end. */
  | 'sent_after_end'
  /** A response that had gone silent was not given up in time. */
  | 'slow_abort'
  /** The ledger and the requests do not fit together. */
  | 'ledger';

export interface Finding {
  verdict: Verdict;
  /** Figures and places; no more text than is needed to see. */
  detail: string;
}
