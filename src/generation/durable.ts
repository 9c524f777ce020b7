/** The names and shapes by which client, workflow and activity know one another through Temporal. */
import type { AttemptPlan, AttemptReport } from './attempt.ts';
import type { CarriedText, ContinuedRun } from './fold.ts';
import type { GenerationRequest } from './request.ts';

export const WORKFLOW_TYPE = 'generation';
export const ACTIVITY_TYPE = 'streamMessage';
/** The type of the failure that brings an attempt's report to the workflow, in `details[0]`. */
export const ATTEMPT_FAILURE = 'throughline.attempt';
/** The type of the failure that ends a generation, its `GenerationError` in `details[0]`. */
export const GENERATION_FAILURE = 'throughline.failed';
/** Of a workflow of our type that somebody else started, with something else. */
export const NOT_A_GENERATION =
  'the workflow was started by hand, with an input that is none of a generation; start it with `throughline enqueue` or the client, under another id';

export interface GenerationInput {
  request: GenerationRequest;
  carried: CarriedText | null;
  /** Where this run continues one whose history had become long; absent in a generation's first run. */
  continued?: ContinuedRun;
  /** Whether the namespace has the search attributes: an upsert of an unknown one fails the task for ever. */
  searchAttributes: boolean;
}

/** What an attempt is told. Request and kept text it reads from the history, which holds them already. */
export interface AttemptInput {
  plan: AttemptPlan;
  /** What was left of the total budget when the attempt was scheduled; null: no bound. */
  budgetLeftMs: number | null;
}

/** What the workflow must know of the worker's configuration. */
export interface WorkerSettings {
  workerLostMs: number;
  /** The run that asked: a workflow that finds another's here was reset. Absent in histories of earlier workers. */
  runId?: string;
}

/** The activities, as the workflow sees them. */
export interface GenerationActivities {
  streamMessage(input: AttemptInput): Promise<AttemptReport>;
  workerSettings(): Promise<WorkerSettings>;
}

/** In the memo: shown in lists, and by it a second enqueue of the same id is told from another request. */
export interface GenerationMemo {
  digest: string;
  /** Of the one call that started the run: who finds another's here has joined it. */
  startedBy: string;
  model: string;
  attempts: number;
  characters: number;
  status: string;
}

/** Bounds of what Temporal is asked to carry, in encoded bytes (its own limit is 2 MiB a payload or event). */
export const MOST_REQUEST_BYTES = 1_048_576;
const MOST_TEXT_BYTES = 1_500_000;
/** Some 300 attempts. A text that goes on past a tiny `max_tokens` may need as many. */
export const MOST_LEDGER_BYTES = 200_000;
/** The input of a retry, or of the run that continues another, holds request, text and ledger together. */
const MOST_INPUT_BYTES = 2_000_000;

export function mostTextBytes(requestBytes: number): number {
  return Math.min(MOST_TEXT_BYTES, MOST_INPUT_BYTES - MOST_LEDGER_BYTES - requestBytes);
}
