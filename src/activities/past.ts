/** What an attempt knows of what was before it: read from the history, which holds it already. */
import type { Context } from '@temporalio/activity';
import type { Resume } from '../generation/attempt.ts';
import { detailsOf } from '../generation/attemptFailure.ts';
import type { AttemptInput } from '../generation/durable.ts';
import { textWith } from '../generation/fold.ts';
import type { ContentBlock, GenerationRequest } from '../generation/request.ts';
import { foldHistory, milliseconds } from '../history/foldHistory.ts';

export interface Past {
  /** How long ago the attempt was scheduled when its activity was started, in milliseconds, by the server's clock. */
  queuedMs: number;
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
  const [startedAt, { input, state, activity }] = await Promise.all([
    startOf(context, workflowExecution, activityId),
    foldHistory(context.client, workflowExecution, activityId),
  ]);
  if (activity?.keptCharacters !== plan.keptCharacters) {
    throw new RangeError(
      `the history holds ${activity?.keptCharacters ?? 'no'} characters, the plan says ${plan.keptCharacters}`,
    );
  }
  const details = detailsOf(heartbeatDetails);
  const keptText = textWith(state, details);
  const hasGrown = state.current?.hasText === true || keptText !== state.text;
  return {
    // Not the pending activity's own time of scheduling: that is of its last execution, and leaves out a pause before it.
    queuedMs: startedAt === null ? 0 : Math.max(0, startedAt - activity.scheduledAt),
    request: input.request,
    keptText,
    unreportedFrom: keptText === state.text ? null : (details?.checkpoint.offset ?? null),
    // Not where more text came behind it before an operator paused the attempt.
    pausedTurn: plan.pausedTurn && !hasGrown ? state.pausedTurn : null,
  };
}

/** Of all that the server tells an activity, the moment at which it was started is missing. */
async function startOf(
  { client }: Context,
  { workflowId, runId }: { workflowId: string; runId: string },
  activityId: string,
): Promise<number | null> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const pending = raw.pendingActivities?.find((activity) => activity.activityId === activityId);
  return pending?.lastStartedTime == null ? null : milliseconds(pending.lastStartedTime);
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
