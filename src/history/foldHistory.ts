/** Reads a workflow's history into the fold: the one way by which anybody outside the workflow learns its text. */
import type { Client } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';
import { ValueError } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import type { DecodedFailure } from '../generation/attemptFailure.ts';
import { eventOfFailure, eventOfReport } from '../generation/attemptFailure.ts';
import { CHUNK_SIGNAL, HAND_OVER_SIGNAL, isChunk, isHandOver } from '../generation/chunk.ts';
import type { AttemptInput, GenerationInput } from '../generation/durable.ts';
import { ACTIVITY_TYPE, NOT_A_GENERATION } from '../generation/durable.ts';
import type { GenerationEvent, GenerationState } from '../generation/fold.ts';
import { fold, initialState } from '../generation/fold.ts';
import type { ResultDocument } from '../generation/result.ts';
import { isGenerationInput } from '../generation/shape.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** How an execution was closed. */
export type Closing =
  | { kind: 'completed'; document: ResultDocument; at: number }
  | { kind: 'failed'; failure: DecodedFailure; at: number }
  | { kind: 'timed_out' | 'cancelled' | 'terminated'; at: number };

export interface ScheduledActivity {
  id: string;
  scheduledEventId: number;
  /** Milliseconds since the epoch, by the server's clock. */
  scheduledAt: number;
  /** How long the text was then. */
  keptCharacters: number;
}

export interface FoldedHistory {
  input: GenerationInput;
  enqueuedAt: number;
  state: GenerationState;
  /** The activity of the attempt under way. */
  activity: ScheduledActivity | null;
  closing: Closing | null;
  eventCount: number;
}

/** One run's history, read once: each look takes up where the last one ended. */
export class HistoryReader {
  readonly #client: Client;
  readonly #execution: { workflowId: string; runId: string };
  #folded: FoldedHistory | null = null;
  #nextPageToken: Uint8Array | undefined;
  #isClosed = false;

  constructor(client: Client, execution: { workflowId: string; runId: string }) {
    this.#client = client;
    this.#execution = execution;
  }

  /**
   * @param eventCount how many events there are known to be; what is read may be further on
   * @throws RangeError when the execution is no generation, or its history does not begin as one
   */
  async readTo(eventCount: number): Promise<FoldedHistory> {
    while (!this.#isClosed && (this.#folded?.eventCount ?? 0) < eventCount) {
      // Only where events are missing: at its end this request would wait for the next one. Without that wish the
      // server gives no token to go on from.
      const { events, token } = await readPage(this.#client, this.#execution, this.#nextPageToken, true);
      let soFar = this.#folded;
      for (const event of events) soFar = await next(soFar, event, this.#client, this.#execution.runId);
      // Both at once, so that a page whose reading failed is read again from its beginning.
      this.#folded = soFar;
      this.#nextPageToken = token;
      this.#isClosed = token === undefined;
    }
    return folded(this.#folded, this.#execution);
  }
}

/**
 * @param whileActivityId stop where this activity ends, if it does: what its attempt may know. A second execution of it
 *   (it was paused) knows of the chunks that the first one sent.
 * @throws RangeError when the execution is no generation, or its history does not begin as one
 */
export async function foldHistory(
  client: Client,
  execution: { workflowId: string; runId: string },
  whileActivityId: string,
): Promise<FoldedHistory> {
  let soFar: FoldedHistory | null = null;
  let nextPageToken: Uint8Array | undefined;
  do {
    const { events, token } = await readPage(client, execution, nextPageToken, false);
    for (const event of events) {
      const before: FoldedHistory | null = soFar;
      soFar = await next(before, event, client, execution.runId);
      if (before?.activity?.id === whileActivityId && soFar.activity?.id !== whileActivityId) return before;
    }
    nextPageToken = token;
  } while (nextPageToken !== undefined);
  return folded(soFar, execution);
}

function next(
  soFar: FoldedHistory | null,
  event: HistoryEvent,
  client: Client,
  runId: string,
): Promise<FoldedHistory> {
  const converter = client.options.loadedDataConverter;
  return soFar === null ? begin(event, converter, runId) : advance(soFar, event, converter);
}

async function readPage(
  client: Client,
  execution: { workflowId: string; runId: string },
  nextPageToken: Uint8Array | undefined,
  waitNewEvent: boolean,
): Promise<{ events: readonly HistoryEvent[]; token: Uint8Array | undefined }> {
  const page = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    waitNewEvent,
    ...(nextPageToken !== undefined && { nextPageToken }),
  });
  return {
    events: page.history?.events ?? [],
    token: page.nextPageToken.length > 0 ? page.nextPageToken : undefined,
  };
}

function folded(history: FoldedHistory | null, { workflowId }: { workflowId: string }): FoldedHistory {
  if (history === null) throw new RangeError(`the history of ${workflowId} is empty`);
  return history;
}

async function begin(
  event: HistoryEvent,
  converter: LoadedDataConverter,
  runId: string,
): Promise<FoldedHistory> {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started == null) throw new RangeError('the history does not begin with the start of an execution');
  const input = await first<unknown>(converter, started.input).catch((error: unknown) => {
    if (!(error instanceof ValueError)) throw error;
    throw new RangeError(`its input cannot be read (${error.message})`, { cause: error });
  });
  // Anybody may start a workflow of this type, with anything.
  if (!isGenerationInput(input)) throw new RangeError(NOT_A_GENERATION);
  return {
    input,
    enqueuedAt: input.continued?.enqueuedAt ?? milliseconds(event.eventTime),
    // A reset copies this event, and with it the id of the run it was first written for.
    state: initialState(
      input.carried,
      started.originalExecutionRunId === runId ? runId : null,
      input.continued,
    ),
    activity: null,
    closing: null,
    eventCount: 1,
  };
}

async function advance(
  before: FoldedHistory,
  event: HistoryEvent,
  converter: LoadedDataConverter,
): Promise<FoldedHistory> {
  const folded = { ...before, eventCount: before.eventCount + 1 };
  const at = milliseconds(event.eventTime);

  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled?.activityType?.name === ACTIVITY_TYPE) {
    const { plan } = await first<AttemptInput>(converter, scheduled.input);
    const activity = {
      id: scheduled.activityId ?? '',
      scheduledEventId: Number(event.eventId),
      scheduledAt: at,
      keptCharacters: folded.state.text.length,
    };
    return { ...folded, activity, state: fold(folded.state, { kind: 'attempt_scheduled', plan }) };
  }
  const ending = await endOfAttempt(folded, event, converter, at);
  if (ending !== null) return { ...folded, activity: null, state: fold(folded.state, ending) };
  const started = event.activityTaskStartedEventAttributes;
  if (started != null && folded.state.current !== null && isOf(folded, started.scheduledEventId)) {
    const number = folded.state.current.plan.number;
    return { ...folded, state: fold(folded.state, { kind: 'attempt_started', number, at }) };
  }
  const signalled = event.workflowExecutionSignaledEventAttributes;
  if (signalled != null) return { ...folded, state: await takeSignal(folded.state, signalled, converter) };
  return { ...folded, closing: await closingOf(event, converter, at) };
}

async function endOfAttempt(
  folded: FoldedHistory,
  event: HistoryEvent,
  converter: LoadedDataConverter,
  at: number,
): Promise<GenerationEvent | null> {
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed != null && isOf(folded, completed.scheduledEventId)) {
    return eventOfReport(await first<unknown>(converter, completed.result), at);
  }
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (failed != null && isOf(folded, failed.scheduledEventId)) {
    return eventOfFailure(await failureOf(converter, failed.failure), at);
  }
  const cancelled = event.activityTaskCanceledEventAttributes;
  if (cancelled != null && isOf(folded, cancelled.scheduledEventId)) {
    return { kind: 'attempt_ended', end: { outcome: 'cancelled' }, details: null, at };
  }
  return null;
}

async function takeSignal(
  state: GenerationState,
  { signalName, input }: temporal.api.history.v1.IWorkflowExecutionSignaledEventAttributes,
  converter: LoadedDataConverter,
): Promise<GenerationState> {
  if (signalName !== CHUNK_SIGNAL && signalName !== HAND_OVER_SIGNAL) return state;
  // Anybody may have sent it: what cannot be read is none.
  const told = await first<unknown>(converter, input).catch(() => null);
  if (signalName === CHUNK_SIGNAL) {
    return isChunk(told) ? fold(state, { kind: 'chunk_received', chunk: told }) : state;
  }
  return isHandOver(told) ? fold(state, { kind: 'attempt_handed_over', handOver: told }) : state;
}

async function closingOf(
  event: HistoryEvent,
  converter: LoadedDataConverter,
  at: number,
): Promise<Closing | null> {
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed != null) {
    return { kind: 'completed', document: await first<ResultDocument>(converter, completed.result), at };
  }
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed != null) return { kind: 'failed', failure: await failureOf(converter, failed.failure), at };
  if (event.workflowExecutionTimedOutEventAttributes != null) return { kind: 'timed_out', at };
  if (event.workflowExecutionCanceledEventAttributes != null) return { kind: 'cancelled', at };
  if (event.workflowExecutionTerminatedEventAttributes != null) return { kind: 'terminated', at };
  return null;
}

function isOf(folded: FoldedHistory, scheduledEventId: Parameters<typeof Number>[0]): boolean {
  return folded.activity?.scheduledEventId === Number(scheduledEventId);
}

async function first<T>(converter: LoadedDataConverter, payloads: Payloads): Promise<T> {
  const [value] = await decodeArrayFromPayloads(converter, payloads?.payloads ?? []);
  return value as T;
}

async function failureOf(
  converter: LoadedDataConverter,
  failure: temporal.api.failure.v1.IFailure | null | undefined,
): Promise<DecodedFailure> {
  const error = await decodeOptionalFailureToOptionalError(converter, failure);
  return error ?? { name: 'Error', message: 'the server kept no failure' };
}

/** A server's timestamp, in milliseconds since the epoch. */
export function milliseconds(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
}
