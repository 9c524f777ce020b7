/** One attempt: a watched stream, its text joined and made safe, and however it ends, its text handed back. */
import type Anthropic from '@anthropic-ai/sdk';
import { Context } from '@temporalio/activity';
import { createGates } from '../claude/gate.ts';
import type { AttemptEnd, AttemptReport } from '../generation/attempt.ts';
import type { AttemptInput, GenerationActivities } from '../generation/durable.ts';
import { Attempt } from './attemptRun.ts';
import { Interruption } from './interruption.ts';
import type { Past } from './past.ts';
import { knownResume, readPast } from './past.ts';
import { attemptFailure, logged, untouched } from './report.ts';
import { SafeKeeping } from './safeKeeping.ts';
import { TemporalReach } from './temporalReach.ts';

export interface ActivitySettings {
  /** The longest time between two checkpoints that reach the server, in milliseconds. */
  heartbeatMs: number;
  workerLostMs: number;
  maxConcurrent: number;
  /** Fires when a worker that is to stop has waited long enough for its streams to end. */
  drained: AbortSignal;
  /** Fires when the worker has to end, and can no longer wait for Temporal to be back. */
  stopping: AbortSignal;
}

export function createActivities(claude: Anthropic, settings: ActivitySettings): GenerationActivities {
  /** Models that answered 400 to a prefill: the table was wrong about them, and this worker knows better now. */
  const prefillRefusers = new Set<string>();
  const endpoint = { claude, gates: createGates({ mostUnderWay: settings.maxConcurrent }) };
  const reach = new TemporalReach(settings.heartbeatMs, settings.workerLostMs);

  return {
    workerSettings: () =>
      Promise.resolve({
        workerLostMs: settings.workerLostMs,
        runId: Context.current().info.workflowExecution?.runId ?? '',
      }),

    async streamMessage(input) {
      const context = Context.current();
      const interruption = new Interruption(context, input.budgetLeftMs, settings.drained);
      const keeping = new SafeKeeping(context, interruption, input.plan.number, { ...settings, reach });
      try {
        const past = await keeping
          .throughOutages(() => readPast(context, input))
          .catch((error: unknown) => {
            // Paused before it could begin: no end of the attempt. Its last heartbeat stays where it is.
            if (interruption.reason === 'paused') return context.cancelled;
            throw interruption.end === null ? error : untouched(context, input.plan, interruption.end);
          });
        interruption.subtractQueueTime(past.queuedMs);
        const { attempt, report } = await runAttempt(past, input, interruption, keeping);
        context.log.info('attempt ended', logged(input.plan, report));
        const isTaken = await keeping.close(attempt, report);
        if (isTaken && report.end.outcome === 'complete') return report;
        if (isTaken && interruption.reason === 'paused') {
          // The cancellation, thrown on, is what makes the server pause it.
          await context.cancelled;
        }
        throw attemptFailure(report);
      } finally {
        keeping.dispose();
        interruption.dispose();
      }
    },
  };

  async function runAttempt(
    past: Past,
    input: AttemptInput,
    interruption: Interruption,
    keeping: SafeKeeping,
  ): Promise<{ attempt: Attempt; report: AttemptReport }> {
    const resume = knownResume(past, input, prefillRefusers);
    const attempt = new Attempt(endpoint, past, input, resume, interruption);
    const report = await keeping.during(attempt);
    if (attempt.resume !== 'prefill' || !mayBeAskedOtherwise(past, report.end)) return { attempt, report };
    // The table's error, not the generation's: asked again the other way, it costs no attempt.
    if (past.pausedTurn === null) prefillRefusers.add(input.plan.model);
    const second = new Attempt(endpoint, past, input, 'continuation', interruption);
    return { attempt: second, report: await keeping.during(second) };
  }
}

/** Whether the API refused to go on with an assistant's turn, and the request leaves the way to go on open. */
function mayBeAskedOtherwise({ request, keptText, pausedTurn }: Past, end: AttemptEnd): boolean {
  if (end.outcome !== 'api_error' || end.error.status !== 400) return false;
  if (pausedTurn !== null) return keptText !== '';
  return request.resume === 'auto' && /prefill/i.test(end.error.message);
}
