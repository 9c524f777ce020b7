/**
 * What an attempt tells Temporal past its heartbeats: pieces of its text, and, once Temporal takes nothing of it any
 * more, all that is left.
 */
import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AttemptReport, HeartbeatDetails } from '../generation/attempt.ts';
import type { Chunk, HandOver } from '../generation/chunk.ts';
import { CHUNK_SIGNAL, HAND_OVER_SIGNAL } from '../generation/chunk.ts';

const ANSWER_MS = 5_000;
/** gRPC's code for what is not there: the activity is no longer pending, the workflow is closed. */
const NOT_FOUND = 5;
/**
 * Those by which the service itself answers a request that is as it must be: besides that one, invalid argument, already
 * exists, failed precondition. Any other may as well be a proxy's, a lost connection's or a service's that is ill.
 */
const ANSWERS: readonly unknown[] = [3, NOT_FOUND, 6, 9];

export class TemporalLine {
  readonly #context: Context;
  readonly #workflowId: string;
  readonly #sender: Omit<Chunk, 'details'>;

  constructor(context: Context, attempt: number) {
    const { workflowExecution } = context.info;
    if (workflowExecution === undefined) {
      throw new Error('streamMessage runs only as an activity of a workflow');
    }
    this.#context = context;
    const { workflowId, runId } = workflowExecution;
    this.#workflowId = workflowId;
    this.#sender = { runId, attempt, execution: context.info.attempt };
  }

  /** Resolves once the server has it. */
  async sendChunk(details: HeartbeatDetails): Promise<void> {
    const chunk: Chunk = { ...this.#sender, details };
    await this.#signal(CHUNK_SIGNAL, chunk);
  }

  /** @returns whether the server answered: that it has it, or why it takes it not; mostly, that the workflow is closed */
  async handOver(report: AttemptReport): Promise<boolean> {
    const handOver: HandOver = { ...this.#sender, report };
    try {
      await this.#signal(HAND_OVER_SIGNAL, handOver);
      return true;
    } catch (error) {
      if (isAway(error)) return false;
      if (codeOf(error) !== NOT_FOUND) this.#context.log.error('text could not be handed over', { error });
      return true;
    }
  }

  /** Asks by a heartbeat of our own: Core tells only ten seconds later that one of its own was refused. */
  async askWhetherPending(details: HeartbeatDetails): Promise<'pending' | 'ended' | 'unanswered'> {
    const { client, info } = this.#context;
    const { loadedDataConverter, namespace, identity } = client.options;
    try {
      const payloads = await encodeToPayloads(loadedDataConverter, details);
      await client.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflowService.recordActivityTaskHeartbeat({
          taskToken: info.taskToken,
          details: { payloads: payloads ?? [] },
          namespace,
          identity: identity ?? '',
        }),
      );
      return 'pending';
    } catch (error) {
      if (codeOf(error) === NOT_FOUND) return 'ended';
      return isAway(error) ? 'unanswered' : 'pending';
    }
  }

  async #signal(name: string, argument: Chunk | HandOver): Promise<void> {
    const { client } = this.#context;
    await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(this.#workflowId, this.#sender.runId).signal(name, argument),
    );
  }
}

/** Whether an error says that Temporal does not answer now, and not what it answered. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'number' && !ANSWERS.includes(code);
}

/** The client wraps some of gRPC's errors. */
function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  if (error instanceof WorkflowNotFoundError) return NOT_FOUND;
  return code ?? cause?.code;
}
