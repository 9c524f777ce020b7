/** How an attempt's end leaves the activity: its failure, its line in the log. */
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { AttemptEnd, AttemptPlan, AttemptReport, HeartbeatDetails } from '../generation/attempt.ts';
import { ATTEMPT_FAILURE } from '../generation/durable.ts';

/** Ended before it could begin: nothing of the text is touched, and what a paused attempt left is handed on. */
export function untouched(context: Context, plan: AttemptPlan, end: AttemptEnd): ApplicationFailure {
  const before = context.info.heartbeatDetails as HeartbeatDetails | undefined;
  const now = Date.now();
  return attemptFailure({
    checkpoint: before?.checkpoint ?? { offset: plan.keptCharacters, text: '' },
    progress: before?.progress ?? {
      startedAt: now,
      resume: plan.resume,
      phase: 'connect',
      firstTokenMs: null,
      longestGapMs: null,
      lastContentAt: null,
      usage: null,
      seam: null,
      regeneratedCharacters: 0,
      simulated: false,
    },
    end,
    endedAt: now,
  });
}

/** What a log may know of an attempt: figures and causes, never text. */
export function logged(
  plan: AttemptPlan,
  { checkpoint, progress, end }: AttemptReport,
): Record<string, unknown> {
  return {
    number: plan.number,
    model: plan.model,
    resume: progress.resume,
    ...causeOf(end),
    keptCharacters: checkpoint.offset + checkpoint.text.length,
    firstTokenMs: progress.firstTokenMs,
    longestGapMs: progress.longestGapMs,
    regeneratedCharacters: progress.regeneratedCharacters,
  };
}

/** How it ended, without the content of a turn that the model paused. */
function causeOf(end: AttemptEnd): object {
  if (end.outcome !== 'complete') return end;
  const { pausedTurn: _content, ...cause } = end;
  return cause;
}

/** The failure's details reach the workflow whole, up to 2 MiB; its message is what the UI shows. */
export function attemptFailure(report: AttemptReport): ApplicationFailure {
  const { end } = report;
  const cause =
    end.outcome === 'stalled'
      ? `${end.phase}, ${end.silence}, noticed after ${end.detectedAfterMs} ms`
      : end.outcome === 'connection_lost' || end.outcome === 'api_error'
        ? end.error.message
        : end.outcome === 'seam_rejected'
          ? end.reason
          : '';
  const kept = `${report.checkpoint.offset + report.checkpoint.text.length} characters kept`;
  return ApplicationFailure.create({
    type: ATTEMPT_FAILURE,
    message: [end.outcome, cause, kept].filter((part) => part !== '').join(' · '),
    nonRetryable: true,
    // The worker would log any other failure whole, and with it the text.
    category: ApplicationFailureCategory.BENIGN,
    details: [report],
  });
}
