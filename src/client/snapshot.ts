/** How a generation stands: the server's description and history, folded. Needs no worker. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import type { AttemptEnd, HeartbeatDetails, Phase } from '../generation/attempt.ts';
import { detailsOf } from '../generation/attemptFailure.ts';
import { resultDocument } from '../generation/document.ts';
import { WORKFLOW_TYPE } from '../generation/durable.ts';
import type { GenerationError } from '../generation/error.ts';
import type { GenerationState } from '../generation/fold.ts';
import { fold, textWith } from '../generation/fold.ts';
import type { GenerationRequest } from '../generation/request.ts';
import { safeCharacters } from '../generation/resume/cut.ts';
import type { GenerationStatus, ResultDocument } from '../generation/result.ts';
import { isEnded } from '../generation/result.ts';
import type { FoldedHistory } from '../history/foldHistory.ts';
import { HistoryReader, milliseconds } from '../history/foldHistory.ts';
import { RefusedError } from './errors.ts';

/** The attempt under way, as its last heartbeat told. */
export interface LiveAttempt {
  number: number;
  phase: Phase | null;
  /** Milliseconds since the epoch, by the worker's clock. */
  lastContentAt: number | null;
}

export interface Snapshot {
  document: ResultDocument;
  request: GenerationRequest;
  runId: string;
  /** So much of the text can no longer be taken away. */
  safeCharacters: number;
  live: LiveAttempt | null;
  /** When the total budget ends, milliseconds since the epoch; null without one. */
  budgetEndsAt: number | null;
}

// A CommonJS package whose names Node cannot tell beforehand: only its default import works.
const { PendingActivityState } = proto.temporal.api.enums.v1;
const PAUSED = [
  PendingActivityState.PENDING_ACTIVITY_STATE_PAUSED,
  PendingActivityState.PENDING_ACTIVITY_STATE_PAUSE_REQUESTED,
];

/** @throws RefusedError when there is no such generation */
export async function describeGeneration(client: Client, id: string): Promise<WorkflowExecutionDescription> {
  let description: WorkflowExecutionDescription;
  try {
    description = await client.workflow.getHandle(id).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const namespace = client.options.namespace;
    throw new RefusedError(
      [
        `There is no generation "${id}" in namespace ${namespace}. \`throughline list\` shows those there are.`,
      ],
      { cause: error },
    );
  }
  if (description.type !== WORKFLOW_TYPE) {
    throw new RefusedError([
      `The workflow "${id}" is of type ${description.type}, not a generation. Choose another id.`,
    ]);
  }
  return description;
}

/** @throws RefusedError when there is no such generation */
export async function takeSnapshot(client: Client, id: string): Promise<Snapshot> {
  return await new Viewer(client, id).look();
}

/** Looks at one generation again and again, and reads what is new. */
export class Viewer {
  readonly #client: Client;
  readonly #id: string;
  #run: { runId: string; reader: HistoryReader } | null = null;

  constructor(client: Client, id: string) {
    this.#client = client;
    this.#id = id;
  }

  /** @throws RefusedError when there is no such generation, or the execution is none */
  async look(): Promise<Snapshot> {
    const description = await describeGeneration(this.#client, this.#id);
    const { runId } = description;
    if (this.#run?.runId !== runId) {
      this.#run = { runId, reader: new HistoryReader(this.#client, { workflowId: this.#id, runId }) };
    }
    // Described first: the history may be further on than the description, never behind it.
    const folded = await this.#run.reader.readTo(description.historyLength).catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
      throw new RefusedError([`"${this.#id}" is no generation: ${error.message}.`]);
    });
    const pending = pendingAttempt(description, folded);
    const details = await heartbeatDetails(this.#client, pending?.heartbeatDetails);
    const document = folded.closing === null ? running(folded, pending, details) : ended(folded, details);
    const { request } = folded.input;
    return {
      document,
      request,
      runId,
      safeCharacters: safeLength(document, request),
      live: liveAttempt(folded, details),
      budgetEndsAt: budgetEnd(description),
    };
  }
}

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** The pending activity, if it is the one that the history says is under way. */
function pendingAttempt(
  description: WorkflowExecutionDescription,
  folded: FoldedHistory,
): PendingActivity | null {
  const activityId = folded.activity?.id;
  return description.raw.pendingActivities?.find((activity) => activity.activityId === activityId) ?? null;
}

async function heartbeatDetails(
  client: Client,
  payloads: temporal.api.common.v1.IPayloads | null | undefined,
): Promise<HeartbeatDetails | null> {
  if (payloads?.payloads == null || payloads.payloads.length === 0) return null;
  const [details] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads.payloads);
  return detailsOf(details);
}

function running(
  { input, state, enqueuedAt }: FoldedHistory,
  pending: PendingActivity | null,
  details: HeartbeatDetails | null,
): ResultDocument {
  const startedAt = details?.progress.startedAt ?? null;
  const current = state.current === null ? null : { ...state.current, startedAt };
  const now: GenerationState = {
    ...state,
    current,
    text: textWith(state, details),
    simulated: state.simulated || (details?.progress.simulated ?? false),
  };
  return resultDocument(input.request, now, {
    status: runningStatus(state, pending),
    stopReason: null,
    error: null,
    enqueuedAt,
    endedAt: null,
  });
}

function runningStatus(state: GenerationState, pending: PendingActivity | null): GenerationStatus {
  if (pending?.state != null && PAUSED.includes(pending.state)) return 'paused';
  const waiting =
    pending?.state == null || pending.state === PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
  return waiting && state.attempts.length === state.carriedAttempts ? 'queued' : 'running';
}

/** A closed execution's text: what an attempt was still at, when it was closed over its head, included. */
function ended(
  { input, state, enqueuedAt, closing }: FoldedHistory,
  details: HeartbeatDetails | null,
): ResultDocument {
  if (closing === null) throw new Error('not ended');
  if (closing.kind === 'completed') return closing.document;
  const end: AttemptEnd = { outcome: closing.kind === 'timed_out' ? 'budget_spent' : 'cancelled' };
  const last = fold(state, { kind: 'attempt_ended', end, details, at: closing.at });
  const standing = { stopReason: null, enqueuedAt, endedAt: closing.at };
  switch (closing.kind) {
    case 'failed': {
      const error = (closing.failure.details?.[0] ?? {
        kind: 'failed',
        message: closing.failure.message,
      }) as GenerationError;
      return resultDocument(input.request, last, { ...standing, status: 'failed', error });
    }
    case 'timed_out': {
      const message = `the total budget of ${input.request.limits.totalMs} ms was spent; what was received is kept`;
      return resultDocument(input.request, last, {
        ...standing,
        status: 'timed_out',
        error: { kind: 'timed_out', message },
      });
    }
    case 'cancelled':
      return resultDocument(input.request, last, { ...standing, status: 'cancelled', error: null });
    case 'terminated': {
      const error = { kind: 'terminated', message: 'the workflow was terminated; what was received is kept' };
      return resultDocument(input.request, last, { ...standing, status: 'failed', error });
    }
    default:
      return closing satisfies never;
  }
}

function safeLength(document: ResultDocument, request: GenerationRequest): number {
  if (isEnded(document.status)) return document.text.length;
  // Where a restart is allowed, nothing is certain before the end.
  return request.allowRestart ? 0 : safeCharacters(document.text, request.message.stop_sequences);
}

function liveAttempt(
  { state, closing }: FoldedHistory,
  details: HeartbeatDetails | null,
): LiveAttempt | null {
  if (closing !== null || state.current === null) return null;
  return {
    number: state.current.plan.number,
    phase: details?.progress.phase ?? null,
    lastContentAt: details?.progress.lastContentAt ?? null,
  };
}

function budgetEnd(description: WorkflowExecutionDescription): number | null {
  const end = description.raw.workflowExtendedInfo?.executionExpirationTime;
  return end?.seconds == null ? null : milliseconds(end);
}
