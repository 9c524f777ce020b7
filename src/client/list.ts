/** Lists generations by what every namespace can tell: workflow type, execution status and memo. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { GenerationMemo } from '../generation/durable.ts';
import { WORKFLOW_TYPE } from '../generation/durable.ts';
import type { GenerationStatus, ResultDocument } from '../generation/result.ts';
import { RefusedError } from './errors.ts';
import { takeSnapshot } from './snapshot.ts';

export interface ListFilter {
  status?: GenerationStatus;
  model?: string;
}

export interface ListedGeneration {
  id: string;
  status: GenerationStatus;
  model: string | null;
  enqueuedAt: string;
  endedAt: string | null;
  attempts: number;
  characters: number;
}

/** By which executions the server can narrow the search for one of our statuses. */
const EXECUTION_STATUS: Record<GenerationStatus, string> = {
  queued: 'Running',
  running: 'Running',
  paused: 'Running',
  complete: 'Completed',
  incomplete: 'Completed',
  timed_out: 'TimedOut',
  failed: 'Failed',
  cancelled: 'Canceled',
};

export async function listGenerations(client: Client, filter: ListFilter): Promise<ListedGeneration[]> {
  const conditions = [`WorkflowType = '${WORKFLOW_TYPE}'`];
  if (filter.status === 'failed') conditions.push(`ExecutionStatus IN ('Failed', 'Terminated')`);
  else if (filter.status !== undefined)
    conditions.push(`ExecutionStatus = '${EXECUTION_STATUS[filter.status]}'`);

  const listed: ListedGeneration[] = [];
  const seen = new Set<string>();
  for await (const execution of client.workflow.list({ query: conditions.join(' AND ') })) {
    // Newest first: an earlier run of the same id is history.
    if (seen.has(execution.workflowId)) continue;
    seen.add(execution.workflowId);
    // Narrowed by status, the answer may lack a newer run of the id: a failed one whose retry is complete.
    if (filter.status !== undefined && (await latestRun(client, execution.workflowId)) !== execution.runId)
      continue;
    const row = await listedGeneration(client, execution);
    const wanted =
      row !== null &&
      (filter.status === undefined || row.status === filter.status) &&
      (filter.model === undefined || row.model === filter.model);
    if (wanted) listed.push(row);
  }
  return listed;
}

/** Null where it is gone by now: lists are behind. */
async function latestRun(client: Client, id: string): Promise<string | null> {
  try {
    return (await client.workflow.getHandle(id).describe()).runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Null where the execution is gone by now, or was started by hand and is no generation. */
async function documentOf(client: Client, execution: WorkflowExecutionInfo): Promise<ResultDocument | null> {
  try {
    return (await takeSnapshot(client, execution.workflowId)).document;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // A generation that cannot be read must not be missing from a list without a word.
    if (wasStartedByHand(execution) || error.cause instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Whatever the client starts has a digest. */
function wasStartedByHand({ memo }: WorkflowExecutionInfo): boolean {
  return (memo as Partial<GenerationMemo> | undefined)?.digest === undefined;
}

async function listedGeneration(
  client: Client,
  execution: WorkflowExecutionInfo,
): Promise<ListedGeneration | null> {
  const memo = (execution.memo ?? {}) as Partial<GenerationMemo>;
  const row = {
    id: execution.workflowId,
    model: memo.model ?? null,
    enqueuedAt: execution.startTime.toISOString(),
    endedAt: execution.closeTime?.toISOString() ?? null,
    attempts: memo.attempts ?? 0,
    characters: memo.characters ?? 0,
  };
  if (wasStartedByHand(execution) && (await documentOf(client, execution)) === null) return null;
  switch (execution.status.name) {
    case 'COMPLETED':
      return { ...row, status: memo.status === 'complete' ? 'complete' : 'incomplete' };
    case 'FAILED':
      return { ...row, status: 'failed' };
    default: {
      // The memo is as old as the last decision; what came since, only description and history tell.
      const document = await documentOf(client, execution);
      if (document === null) return null;
      return {
        ...row,
        status: document.status,
        attempts: document.attempts.length,
        characters: document.text.length,
      };
    }
  }
}
