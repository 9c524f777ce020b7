/** Reads a workflow's history into the fold: the one way by which anybody outside the workflow learns its text. */
import type { Client } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import type { AttemptReport } from '../generation/attempt.ts';
import type { DecodedFailure } from '../generation/attemptFailure.ts';
import { eventOfFailure } from '../generation/attemptFailure.ts';
import type { AttemptInput, GenerationInput } from '../generation/durable.ts';
import { ACTIVITY_TYPE } from '../generation/durable.ts';
import type { GenerationEvent, GenerationState } from '../generation/fold.ts';
import { fold, initialState } from '../generation/fold.ts';
import type { ResultDocument } from '../generation/result.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** How an execution was closed. */
export type Closing =
  | { kind: 'completed'; document: ResultDocument; at: number }
  | { kind: 'failed'; failure: DecodedFailure; at: number }
  | { kind: 'timed_out' | 'cancelled' | 'terminated'; at: number };

export interface FoldedHistory {
  input: GenerationInput;
  enqueuedAt: number;
  state: GenerationState;
  /** The activity of the attempt under way, and the event that scheduled it. */
  activity: { id: string; scheduledEventId: number } | null;
  closing: Closing | null;
  eventCount: number;
}

/**
 * @param untilActivityId stop behind the event that scheduled this activity: what an attempt may know of its past
 * @throws RangeError when the execution is no generation, or its history does not begin as one
 */
export async function foldHistory(
  client: Client,
  execution: { workflowId: string; runId?: string },
  untilActivityId?: string,
): Promise<FoldedHistory> {
  const converter = client.options.loadedDataConverter;
  let folded: FoldedHistory | null = null;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    for (const event of page.history?.events ?? []) {
      folded = folded === null ? await begin(event, converter) : await advance(folded, event, converter);
      if (untilActivityId !== undefined && folded.activity?.id === untilActivityId) return folded;
    }
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  if (folded === null) throw new RangeError(`the history of ${execution.workflowId} is empty`);
  return folded;
}

async function begin(event: HistoryEvent, converter: LoadedDataConverter): Promise<FoldedHistory> {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started == null) throw new RangeError('the history does not begin with the start of an execution');
  const input = await first<GenerationInput>(converter, started.input);
  return {
    input,
    enqueuedAt: milliseconds(event.eventTime),
    state: initialState(input.carried),
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
    const activity = { id: scheduled.activityId ?? '', scheduledEventId: Number(event.eventId) };
    return { ...folded, activity, state: fold(folded.state, { kind: 'attempt_scheduled', plan }) };
  }
  const ending = await endOfAttempt(folded, event, converter, at);
  if (ending !== null) return { ...folded, activity: null, state: fold(folded.state, ending) };
  const started = event.activityTaskStartedEventAttributes;
  if (started != null && folded.state.current !== null && isOf(folded, started.scheduledEventId)) {
    const number = folded.state.current.plan.number;
    return { ...folded, state: fold(folded.state, { kind: 'attempt_started', number, at }) };
  }
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
    return { kind: 'attempt_reported', report: await first<AttemptReport>(converter, completed.result) };
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

function milliseconds(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
}
