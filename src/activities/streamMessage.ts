/** One attempt: a watched stream, its text joined and heartbeated, and however it ends, its text handed back. */
import type Anthropic from '@anthropic-ai/sdk';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { StreamEnd, WatchedStream } from '../claude/watchedStream.ts';
import { watchStream } from '../claude/watchedStream.ts';
import type {
  AttemptEnd,
  AttemptPlan,
  AttemptProgress,
  AttemptReport,
  HeartbeatDetails,
  Resume,
} from '../generation/attempt.ts';
import { applyCheckpoint } from '../generation/checkpoint.ts';
import type { AttemptInput, GenerationActivities } from '../generation/durable.ts';
import { ATTEMPT_FAILURE, mostTextBytes } from '../generation/durable.ts';
import type { GenerationRequest } from '../generation/request.ts';
import { isWhole } from '../generation/stopReason.ts';
import { foldHistory } from '../history/foldHistory.ts';
import { AttemptText } from './attemptText.ts';
import { Interruption } from './interruption.ts';
import type { PreparedAttempt } from './prepareAttempt.ts';
import { prepareAttempt } from './prepareAttempt.ts';

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
        const resume = knownResume(past.request, input, prefillRefusers, past.keptText);
        let attempt = new Attempt(claude, past, input, resume, interruption);
        let report = await beating(context, settings, attempt);
        if (isPrefillRefusal(report.end) && attempt.resume === 'prefill' && past.request.resume === 'auto') {
          // The table's error, not the generation's: asked again the other way, it costs no attempt.
          prefillRefusers.add(input.plan.model);
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

/** Ended before it could begin: nothing of the text is touched, and what a paused attempt left is handed on. */
function untouched(context: Context, plan: AttemptPlan, end: AttemptEnd): ApplicationFailure {
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

interface Past {
  request: GenerationRequest;
  keptText: string;
  /** Where text begins that only the last heartbeat holds: a paused attempt that goes on. */
  unreportedFrom: number | null;
}

async function readPast(context: Context, { plan }: AttemptInput): Promise<Past> {
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
    return { request: input.request, keptText: state.text, unreportedFrom: null };
  }
  return {
    request: input.request,
    keptText: applyCheckpoint(state.text, before),
    unreportedFrom: before.offset,
  };
}

function knownResume(
  request: GenerationRequest,
  { plan }: AttemptInput,
  prefillRefusers: ReadonlySet<string>,
  keptText: string,
): Resume {
  if (request.resume === 'auto' && plan.resume === 'prefill' && prefillRefusers.has(plan.model))
    return 'continuation';
  // A first attempt that was paused and goes on has text by now; continuation is what every model takes.
  if (plan.resume === 'none' && keptText !== '')
    return request.resume === 'auto' ? 'continuation' : request.resume;
  return plan.resume;
}

function isPrefillRefusal(end: AttemptEnd): boolean {
  return end.outcome === 'api_error' && end.error.status === 400 && /prefill/i.test(end.error.message);
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
  const timer = setInterval(() => context.heartbeat(attempt.details()), beatMs);
  try {
    return await attempt.run();
  } finally {
    clearInterval(timer);
  }
}

class Attempt {
  readonly resume: Resume;
  readonly #claude: Anthropic;
  readonly #request: GenerationRequest;
  readonly #prepared: PreparedAttempt;
  readonly #interruption: Interruption;
  readonly #text: AttemptText;
  readonly #startedAt = Date.now();
  readonly #mostTextBytes: number;
  #stream: WatchedStream | null = null;

  constructor(
    claude: Anthropic,
    past: Past,
    input: AttemptInput,
    resume: Resume,
    interruption: Interruption,
  ) {
    this.#claude = claude;
    this.#request = past.request;
    this.#prepared = prepareAttempt(past.request, past.keptText, input.plan, resume);
    this.resume = this.#prepared.resume;
    this.#interruption = interruption;
    const { cut, join } = this.#prepared;
    this.#text = new AttemptText({
      keptText: past.keptText,
      base: cut.base,
      restoredCharacters: cut.whiteSpace.length,
      join,
      unreportedFrom: past.unreportedFrom,
    });
    this.#mostTextBytes = mostTextBytes(Buffer.byteLength(JSON.stringify(past.request)));
  }

  async run(): Promise<AttemptReport> {
    this.#stream = watchStream({
      client: this.#claude,
      message: this.#prepared.message,
      limits: this.#request.limits,
      signal: this.#interruption.signal,
      onText: (delta) => {
        const verdict = this.#text.receive(delta);
        return this.#text.exceeds(this.#mostTextBytes) ? 'stop' : verdict;
      },
    });
    const streamEnd = await this.#stream.ended;
    if (streamEnd.kind === 'message_end') this.#text.end(isWhole(streamEnd.stopReason));
    const end = this.#attemptEnd(streamEnd);
    return { ...this.details(), end, endedAt: Date.now() };
  }

  details(): HeartbeatDetails {
    return { checkpoint: this.#text.checkpoint, progress: this.#progress() };
  }

  #progress(): AttemptProgress {
    const progress = this.#stream?.progress();
    const msSinceContent = progress?.msSinceContent ?? null;
    return {
      startedAt: this.#startedAt,
      resume: this.resume,
      phase: progress?.phase ?? 'connect',
      firstTokenMs: rounded(progress?.firstTokenMs),
      longestGapMs: rounded(progress?.longestGapMs),
      lastContentAt: msSinceContent === null ? null : Math.round(Date.now() - msSinceContent),
      usage: progress?.usage ?? null,
      seam: this.#text.seam,
      regeneratedCharacters: this.#text.regeneratedCharacters,
      simulated: progress?.simulated ?? false,
    };
  }

  #attemptEnd(end: StreamEnd): AttemptEnd {
    if (this.#text.rejection !== null) return { outcome: 'seam_rejected', reason: this.#text.rejection };
    switch (end.kind) {
      case 'message_end':
        return { outcome: 'complete', stopReason: end.stopReason };
      case 'stalled':
        return {
          outcome: 'stalled',
          phase: end.phase,
          silence: end.silence,
          detectedAfterMs: Math.round(end.detectedAfterMs),
        };
      case 'connection_lost':
        return { outcome: 'connection_lost', error: end.error };
      case 'api_error':
        return { outcome: 'api_error', error: end.error, permanent: end.permanent };
      case 'aborted':
        // Nobody interrupted it, so it stopped itself: the text is as large as Temporal carries.
        return this.#interruption.end ?? { outcome: 'complete', stopReason: 'text_limit' };
      default:
        return end satisfies never;
    }
  }
}

/** What a log may know of an attempt: figures and causes, never text. */
function logged(plan: AttemptPlan, { checkpoint, progress, end }: AttemptReport): Record<string, unknown> {
  return {
    number: plan.number,
    model: plan.model,
    resume: progress.resume,
    ...end,
    keptCharacters: checkpoint.offset + checkpoint.text.length,
    firstTokenMs: progress.firstTokenMs,
    longestGapMs: progress.longestGapMs,
    regeneratedCharacters: progress.regeneratedCharacters,
  };
}

function rounded(milliseconds: number | null | undefined): number | null {
  return milliseconds == null ? null : Math.round(milliseconds);
}

/** The failure's details reach the workflow whole, up to 2 MiB; its message is what the UI shows. */
function attemptFailure(report: AttemptReport): ApplicationFailure {
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
