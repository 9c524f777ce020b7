/** One attempt: a watched stream, its text joined and heartbeated, and however it ends, its text handed back. */
import type Anthropic from '@anthropic-ai/sdk';
import { Context } from '@temporalio/activity';
import type { AttemptEnd, AttemptReport } from '../generation/attempt.ts';
import type { GenerationActivities } from '../generation/durable.ts';
import { Attempt } from './attemptRun.ts';
import { Interruption } from './interruption.ts';
import type { Past } from './past.ts';
import { knownResume, readPast } from './past.ts';
import { attemptFailure, logged, untouched } from './report.ts';

export interface ActivitySettings {
  /** The longest time between two checkpoints that reach the server, in milliseconds. */
  heartbeatMs: number;
  workerLostMs: number;
}

/** Beats come somewhat sooner than promised, so that their way to the server is within the promise. */
const BEAT_SHARE = 0.75;

export function createActivities(claude: Anthropic, settings: ActivitySettings): GenerationActivities {
  /** Models that answered 400 to a prefill: the table was wrong about them, and this worker knows better now. */
  const prefillRefusers = new Set<string>();

  return {
    workerSettings: () => Promise.resolve({ workerLostMs: settings.workerLostMs }),

    async streamMessage(input) {
      const context = Context.current();
      const interruption = new Interruption(context, input.budgetLeftMs);
      try {
        const past = await readPast(context, input).catch((error: unknown) => {
          // Paused before it could begin: no end of the attempt. Its last heartbeat stays where it is.
          if (interruption.reason === 'paused') return context.cancelled;
          throw interruption.end === null ? error : untouched(context, input.plan, interruption.end);
        });
        const resume = knownResume(past, input, prefillRefusers);
        let attempt = new Attempt(claude, past, input, resume, interruption);
        let report = await beating(context, settings, attempt);
        if (attempt.resume === 'prefill' && mayBeAskedOtherwise(past, report.end)) {
          // The table's error, not the generation's: asked again the other way, it costs no attempt.
          if (past.pausedTurn === null) prefillRefusers.add(input.plan.model);
          attempt = new Attempt(claude, past, input, 'continuation', interruption);
          report = await beating(context, settings, attempt);
        }
        context.log.info('attempt ended', logged(input.plan, report));
        if (report.end.outcome === 'complete') return report;
        if (interruption.reason === 'paused') {
          // The latest text travels as a heartbeat; the cancellation, thrown on, is what makes the server pause it.
          context.heartbeat(attempt.details());
          await context.cancelled;
        }
        throw attemptFailure(report);
      } finally {
        interruption.dispose();
      }
    },
  };
}

/** Whether the API refused to go on with an assistant's turn, and the request leaves the way to go on open. */
function mayBeAskedOtherwise({ request, keptText, pausedTurn }: Past, end: AttemptEnd): boolean {
  if (end.outcome !== 'api_error' || end.error.status !== 400) return false;
  if (pausedTurn !== null) return keptText !== '';
  return request.resume === 'auto' && /prefill/i.test(end.error.message);
}

/** Runs the attempt under a steady beat. Each beat repeats the latest checkpoint: one without would erase it. */
async function beating(
  context: Context,
  settings: ActivitySettings,
  attempt: Attempt,
): Promise<AttemptReport> {
  // The timeout was set when the attempt was scheduled, maybe under another worker's settings.
  const timeoutMs = context.info.heartbeatTimeoutMs ?? settings.workerLostMs;
  const beatMs = Math.min(settings.heartbeatMs * BEAT_SHARE, timeoutMs / 4);
  context.heartbeat(attempt.details());
  const timer = setInterval(() => {
    attempt.settleHeldText();
    context.heartbeat(attempt.details());
  }, beatMs);
  try {
    return await attempt.run();
  } finally {
    clearInterval(timer);
  }
}
