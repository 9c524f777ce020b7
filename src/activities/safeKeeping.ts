/**
 * How an attempt's text becomes safe outside the worker: by heartbeats while it runs, by chunks where those grow long,
 * and by a hand-over where Temporal has lost sight of the attempt.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import type { AttemptReport, HeartbeatDetails } from '../generation/attempt.ts';
import type { Attempt } from './attemptRun.ts';
import { ChunkSender } from './chunks.ts';
import type { Interruption } from './interruption.ts';
import { TemporalLine, isAway } from './temporalLine.ts';
import type { TemporalReach } from './temporalReach.ts';

export interface SafeKeepingSettings {
  /** The longest time between two checkpoints that reach the server, in milliseconds. */
  heartbeatMs: number;
  workerLostMs: number;
  reach: TemporalReach;
  /** Fires when the worker has to end, and can no longer wait for Temporal to be back. */
  stopping: AbortSignal;
}

/** Beats come somewhat sooner than promised, so that their way to the server is within the promise. */
const BEAT_SHARE = 0.75;
/** How long an attempt that has ended waits for a chunk that is under way. */
const CHUNK_ANSWER_MS = 1_000;
/** Core repeats a question that failed after pauses of up to five seconds, in which Temporal may long be back. */
const ASK_ANEW_AFTER_MS = 500;
/** So long after an outage Core may still be in such a pause with a heartbeat, and send none of those behind it. */
const LONGEST_CORE_PAUSE_MS = 6_000;

export class SafeKeeping {
  readonly #context: Context;
  readonly #interruption: Interruption;
  readonly #reach: TemporalReach;
  readonly #stopping: AbortSignal;
  readonly #line: TemporalLine;
  readonly #chunks: ChunkSender;
  readonly #beatMs: number;
  readonly #leaveReach: () => void;
  #attempt: Attempt | null = null;
  #isReading = false;
  #beating: NodeJS.Timeout | null = null;
  /** When Temporal last answered after a silence, on the monotonic clock. */
  #returnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    context: Context,
    interruption: Interruption,
    attemptNumber: number,
    settings: SafeKeepingSettings,
  ) {
    this.#context = context;
    this.#interruption = interruption;
    this.#reach = settings.reach;
    this.#stopping = settings.stopping;
    this.#line = new TemporalLine(context, attemptNumber);
    this.#chunks = new ChunkSender((details) => this.#line.sendChunk(details));
    // The timeout was set when the attempt was scheduled, maybe under another worker's settings.
    const timeoutMs = context.info.heartbeatTimeoutMs ?? settings.workerLostMs;
    this.#beatMs = Math.min(settings.heartbeatMs * BEAT_SHARE, timeoutMs / 4);
    this.#leaveReach = this.#reach.join(context.client, () => this.#onReturn());
  }

  /** Asks Temporal for something that the attempt cannot begin without, again and again while it is away. */
  async throughOutages<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isAway(error) || this.#interruption.signal.aborted || !(await this.#temporalAnswers()))
          throw error;
      }
    }
  }

  /** Runs the attempt under a steady beat. Each beat repeats the latest checkpoint: one without would erase it. */
  async during(attempt: Attempt): Promise<AttemptReport> {
    this.#attempt = attempt;
    this.#isReading = true;
    this.#context.heartbeat(this.#detailsOf(attempt));
    // Not only while it is read: its report may have to wait for Temporal, which must not give it up meanwhile.
    this.#beating ??= setInterval(() => this.#beat(), this.#beatMs);
    try {
      return await attempt.run(() => this.#chunks.safeCharacters);
    } finally {
      this.#isReading = false;
    }
  }

  /**
   * Sees to it that the report has a taker. Core is given none before the server has answered by the same way that it
   * still waits for one: while Temporal is away, in whatever part, Core would give up after ten seconds, and with it
   * the text.
   *
   * @returns false where the server has ended the activity and takes no report: then it was handed over by signal
   */
  async close(attempt: Attempt, report: AttemptReport): Promise<boolean> {
    // Paused, an attempt has no report to put its text in: as a chunk it is safe even if it is never taken up again.
    if (this.#interruption.reason === 'paused') {
      await this.#chunks.flush(() => this.#detailsOf(attempt), CHUNK_ANSWER_MS);
      this.#context.heartbeat(this.#detailsOf(attempt));
    } else await this.#chunks.settled(CHUNK_ANSWER_MS);
    if (this.#reach.isInDoubt) await this.#temporalAnswers();
    await this.#untilToldWhetherPending(attempt);
    // Whatever the server says: Core would take the report, and drop it.
    if (this.#interruption.isGivenUpByCore) this.#interruption.lose();
    if (!this.#interruption.isLost) return true;
    // Taken, or known to have no taker; a worker that has to stop tries once.
    while (!(await this.#line.handOver(report)) && (await this.#temporalAnswers()));
    return false;
  }

  dispose(): void {
    if (this.#beating !== null) clearInterval(this.#beating);
    this.#leaveReach();
  }

  #detailsOf(attempt: Attempt): HeartbeatDetails {
    return attempt.details(this.#chunks.safeCharacters);
  }

  #beat(): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#noteCore();
    if (this.#isReading) this.#settleHeldText(attempt);
    const details = this.#detailsOf(attempt);
    this.#context.heartbeat(details);
    // While Temporal is away, anything more would only wait with the heartbeats.
    if (this.#reach.isInDoubt) return;
    if (performance.now() - this.#returnedAt < LONGEST_CORE_PAUSE_MS) void this.#askWhetherPending(attempt);
    if (this.#isReading && attempt.hasTakenEffect) this.#chunks.afterBeat(details);
  }

  /** An error here would be nobody's, and end the whole worker. What stays held is settled at the attempt's end. */
  #settleHeldText(attempt: Attempt): void {
    try {
      attempt.settleHeldText();
    } catch (error) {
      this.#context.log.error('held text could not be settled', { error });
    }
  }

  /** @returns false where the worker has to stop, and cannot wait for it */
  async #temporalAnswers(): Promise<boolean> {
    const waiting = new AbortController();
    const stopped = once(this.#stopping, 'abort', { signal: waiting.signal }).catch(() => undefined);
    if (!this.#stopping.aborted) await Promise.race([this.#reach.answered(), stopped]);
    waiting.abort();
    return !this.#stopping.aborted;
  }

  /** Or until the worker has to stop. Any answer counts, also one to a question of before. */
  async #untilToldWhetherPending(attempt: Attempt): Promise<void> {
    const told = new AbortController();
    const ask = async (): Promise<void> => {
      if (await this.#askWhetherPending(attempt)) told.abort();
    };
    do {
      void ask();
      await sleep(ASK_ANEW_AFTER_MS, undefined, { signal: told.signal }).catch(() => undefined);
    } while (!told.signal.aborted && (await this.#temporalAnswers()));
  }

  /** What Core has given up has no way but by hand, once Temporal is there to take it; whether it waits for it or not. */
  #noteCore(): void {
    if (this.#interruption.isGivenUpByCore && !this.#reach.isInDoubt) this.#interruption.lose();
  }

  #onReturn(): void {
    this.#returnedAt = performance.now();
    this.#noteCore();
    if (this.#attempt === null || this.#interruption.isLost) return;
    void this.#askWhetherPending(this.#attempt);
  }

  /**
   * Never rejects.
   *
   * @returns whether it is known now
   */
  async #askWhetherPending(attempt: Attempt): Promise<boolean> {
    if (this.#interruption.isLost) return true;
    const answer = await this.#line.askWhetherPending(this.#detailsOf(attempt));
    if (answer === 'ended') this.#interruption.lose();
    return answer !== 'unanswered';
  }
}
