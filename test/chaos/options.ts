/** What a run of the chaos harness is asked for. */
import type { TemporalProgram } from '../../src/dev/findTemporalProgram.ts';
import type { Accident } from './plan.ts';

export interface ChaosOptions {
  seed: number;
  generations: number;
  workers: number;
  /** So many generations at once. */
  concurrency: number;
  /** About how long a text is, on average. */
  characters: number;
  /** No generation is begun that could not end within so much time. */
  mostMs: number;
  /** What happens when; by default the seed decides. */
  accidents?: Iterable<Accident>;
  program: TemporalProgram;
  say: (line: string) => void;
  /** Ends the run at once; what it started is stopped all the same. */
  signal: AbortSignal;
}

/** Short, so that many accidents fit into a run. */
export const HEARTBEAT_MS = 250;
export const WORKER_LOST_MS = 2_000;
/** Of every phase: one limit is as good as another here. */
export const STALL_AFTER_MS = 2_000;
/** Of a generation that nobody meant to run out of time; less in a run that may not last so long. */
const TOTAL_MS = 120_000;

export function totalMsOf({ mostMs }: Pick<ChaosOptions, 'mostMs'>): number {
  return Math.min(TOTAL_MS, Math.floor(mostMs / 2));
}

export const CHARACTERS_PER_DELTA = 40;
export const DELTAS_PER_SECOND = 15;

/** Faults of the wire, beside the accidents. */
export const FAULT_SHARE = 0.35;
export const MOST_FAULTS = 4;
