/** What an attempt knows of what was before it: read from the history, which holds it already. */
import type { Context } from '@temporalio/activity';
import type { HeartbeatDetails, Resume } from '../generation/attempt.ts';
import { applyCheckpoint } from '../generation/checkpoint.ts';
import type { AttemptInput } from '../generation/durable.ts';
import type { ContentBlock, GenerationRequest } from '../generation/request.ts';
import { foldHistory } from '../history/foldHistory.ts';

export interface Past {
  request: GenerationRequest;
  keptText: string;
  /** Where text begins that only the last heartbeat holds: a paused attempt that goes on. */
  unreportedFrom: number | null;
  /** The turn that the model paused and that is to be sent back as it came. */
  pausedTurn: readonly ContentBlock[] | null;
}

export async function readPast(context: Context, { plan }: AttemptInput): Promise<Past> {
  const { workflowExecution, activityId, heartbeatDetails } = context.info;
  if (workflowExecution === undefined)
    throw new Error('streamMessage runs only as an activity of a workflow');
  const { input, state } = await foldHistory(context.client, workflowExecution, activityId);
  if (state.text.length !== plan.keptCharacters) {
    throw new RangeError(
      `the history holds ${state.text.length} characters, the plan says ${plan.keptCharacters}`,
    );
  }
  const before = (heartbeatDetails as HeartbeatDetails | undefined)?.checkpoint;
  if (before === undefined || before.text === '') {
    const pausedTurn = plan.pausedTurn ? state.pausedTurn : null;
    return { request: input.request, keptText: state.text, unreportedFrom: null, pausedTurn };
  }
  return {
    request: input.request,
    keptText: applyCheckpoint(state.text, before),
    unreportedFrom: before.offset,
    // More text came behind it before an operator paused the attempt.
    pausedTurn: null,
  };
}

/** How the attempt takes up the text, by what is known now and was not when it was planned. */
export function knownResume(
  { request, keptText, pausedTurn }: Past,
  { plan }: AttemptInput,
  prefillRefusers: ReadonlySet<string>,
): Resume {
  if (pausedTurn !== null) return 'prefill';
  if (plan.pausedTurn) return keptText === '' ? 'none' : 'continuation';
  if (request.resume === 'auto' && plan.resume === 'prefill' && prefillRefusers.has(plan.model))
    return 'continuation';
  // A first attempt that was paused and goes on has text by now; continuation is what every model takes.
  if (plan.resume === 'none' && keptText !== '')
    return request.resume === 'auto' ? 'continuation' : request.resume;
  return plan.resume;
}
