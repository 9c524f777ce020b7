/**
 * How an attempt's text becomes safe outside the worker: by heartbeats while it runs, by chunks where those grow long,
 * and by a hand-over where Temporal has lost sight of the attempt.
 */
import type { Context } from '@temporalio/activity';
import type { AttemptReport } from '../generation/attempt.ts';
import type { Attempt } from './attemptRun.ts';
import { ChunkSender } from './chunks.ts';
import type { Interruption } from './interruption.ts';
import { TemporalLine } from './temporalLine.ts';
import type { TemporalReach } from './temporalReach.ts';

export interface SafeKeepingSettings {
  /** The longest time between two checkpoints that reach the server, in milliseconds. */
  heartbeatMs: number;
  workerLostMs: number;
  reach: TemporalReach;
}

/** Beats come somewhat sooner than promised, so that their way to the server is within the promise. */
const BEAT_SHARE = 0.75;
/** How long an attempt that has ended waits for a chunk that is under way. */
const CHUNK_ANSWER_MS = 1_000;

export class SafeKeeping {
  readonly #context: Context;
  readonly #interruption: Interruption;
  readonly #reach: TemporalReach;
  readonly #line: TemporalLine;
  readonly #chunks: ChunkSender;
  readonly #beatMs: number;
  readonly #leaveReach: () => void;
  #attempt: Attempt | null = null;
  /** Under way while the server is asked whether it still knows the activity. */
  #asking: Promise<void> | null = null;

  constructor(
    context: Context,
    interruption: Interruption,
    attemptNumber: number,
    settings: SafeKeepingSettings,
  ) {
    this.#context = context;
    this.#interruption = interruption;
    this.#reach = settings.reach;
    this.#line = new TemporalLine(context, attemptNumber);
    this.#chunks = new ChunkSender((details) => this.#line.sendChunk(details));
    // The timeout was set when the attempt was scheduled, maybe under another worker's settings.
    const timeoutMs = context.info.heartbeatTimeoutMs ?? settings.workerLostMs;
    this.#beatMs = Math.min(settings.heartbeatMs * BEAT_SHARE, timeoutMs / 4);
    this.#leaveReach = this.#reach.join(context.client, () => this.#askWhetherPending());
  }

  /** Runs the attempt under a steady beat. Each beat repeats the latest checkpoint: one without would erase it. */
  async during(attempt: Attempt): Promise<AttemptReport> {
    this.#attempt = attempt;
    this.#context.heartbeat(attempt.details(this.#chunks.safeCharacters));
    const timer = setInterval(() => {
      attempt.settleHeldText();
      this.#beat(attempt);
    }, this.#beatMs);
    try {
      return await attempt.run(() => this.#chunks.safeCharacters);
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Sees to it that the report has a taker. While Temporal is away it waits for its return: Core would give up after
   * ten seconds, and with it the text.
   *
   * @returns false where the server has ended the activity and takes no report: then it was handed over by signal
   */
  async close(attempt: Attempt, report: AttemptReport): Promise<boolean> {
    // Paused, an attempt has no report to put its text in: as a chunk it is safe even if it is never taken up again.
    if (this.#interruption.reason === 'paused') {
      await this.#chunks.flush(attempt.details(this.#chunks.safeCharacters), CHUNK_ANSWER_MS);
      this.#context.heartbeat(attempt.details(this.#chunks.safeCharacters));
    } else await this.#chunks.settled(CHUNK_ANSWER_MS);
    if (this.#reach.isInDoubt && this.#interruption.reason !== 'gone') {
      // A worker that is to stop cannot wait.
      const stopping = this.#context.cancelled.catch(() => undefined);
      await Promise.race([this.#reach.answered(), stopping]);
    }
    await this.#asking;
    if (this.#interruption.reason !== 'gone') return true;
    await this.#line.handOver(report);
    return false;
  }

  dispose(): void {
    this.#leaveReach();
  }

  #beat(attempt: Attempt): void {
    const details = attempt.details(this.#chunks.safeCharacters);
    this.#context.heartbeat(details);
    // While Temporal is away, a chunk would only wait with the heartbeats.
    if (attempt.hasTakenEffect && !this.#reach.isInDoubt) this.#chunks.afterBeat(details);
  }

  #askWhetherPending(): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#asking ??= this.#line
      .isPending(attempt.details(this.#chunks.safeCharacters))
      .then((isPending) => {
        if (!isPending) this.#interruption.lose();
      })
      .finally(() => (this.#asking = null));
  }
}
