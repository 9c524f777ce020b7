/** Starts the workflow of a generation, in namespaces with the search attributes and without. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ServiceError } from '@temporalio/client';
import type { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import type { GenerationInput, GenerationMemo } from '../generation/durable.ts';
import { WORKFLOW_TYPE } from '../generation/durable.ts';
import { SEARCH_ATTRIBUTES } from '../generation/searchAttributes.ts';

export interface StartOptions {
  taskQueue: string;
  input: Omit<GenerationInput, 'searchAttributes'>;
  digest: string;
  /** Of this one call. */
  startedBy: string;
  conflict: WorkflowIdConflictPolicy;
  reuse: WorkflowIdReusePolicy;
  /** Told once when the namespace lacks the search attributes. */
  warn: (message: string) => void;
}

/** A worker killed with a task in hand costs this much on top of `workerLostMs`. */
const WORKFLOW_TASK_TIMEOUT_MS = 5_000;
const INVALID_ARGUMENT = 3;

export async function startGeneration(client: Client, options: StartOptions): Promise<WorkflowHandle> {
  try {
    return await start(client, options, true);
  } catch (error) {
    if (!lacksSearchAttributes(error)) throw error;
    options.warn(
      `namespace ${client.options.namespace} has no search attributes ${Object.values(SEARCH_ATTRIBUTES).join(', ')}: generations run without them; the Temporal UI cannot filter by them.`,
    );
    return await start(client, options, false);
  }
}

async function start(
  client: Client,
  options: StartOptions,
  searchAttributes: boolean,
): Promise<WorkflowHandle> {
  const { request, carried } = options.input;
  const { model } = request.message;
  const input: GenerationInput = { request, carried, searchAttributes };
  const memo: GenerationMemo = {
    digest: options.digest,
    startedBy: options.startedBy,
    model,
    status: 'queued',
    attempts: carried?.attempts.length ?? 0,
    characters: carried?.text.length ?? 0,
  };
  return client.workflow.start(WORKFLOW_TYPE, {
    workflowId: request.id,
    taskQueue: options.taskQueue,
    args: [input],
    workflowIdConflictPolicy: options.conflict,
    workflowIdReusePolicy: options.reuse,
    workflowExecutionTimeout: request.limits.totalMs,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    memo: { ...memo },
    staticSummary: `${model} · up to ${request.maxTotalTokens ?? request.message.max_tokens} tokens`,
    ...(searchAttributes ? { typedSearchAttributes: attributes(model, memo.attempts) } : {}),
  });
}

function attributes(model: string, attempts: number): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, 'KEYWORD'), value: model },
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD'), value: 'queued' },
    { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.attempts, 'INT'), value: attempts },
  ]);
}

function lacksSearchAttributes(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  const { code, details } = (cause ?? {}) as { code?: unknown; details?: unknown };
  return code === INVALID_ARGUMENT && typeof details === 'string' && /search attribute/i.test(details);
}
