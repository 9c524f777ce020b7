/**
 * Whether Temporal answers, for all attempts of one worker.
 *
 * A heartbeat tells nobody whether it arrived. Without this, an attempt that ends while Temporal is away would give its
 * text to a client that gives up on it after ten seconds; and one that goes on would not learn that it was given up.
 */
import type { Client } from '@temporalio/client';

/** The workflow waits two seconds for what a given-up attempt hands over: its worker must know well before that. */
const LONGEST_PROBE_INTERVAL_MS = 500;
const LONGEST_ANSWER_MS = 5_000;
/** A longer silence is an outage; one as short Core gets over within a second of its end. */
const LONGEST_HICCUP_MS = 1_500;

export class TemporalReach {
  readonly #everyMs: number;
  readonly #doubtAfterMs: number;
  readonly #answerMs: number;
  readonly #onReturn = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #answeredAt = 0;

  /**
   * @param heartbeatMs between two probes at most, while any attempt is under way
   * @param workerLostMs after so long a silence Temporal gives an attempt up
   */
  constructor(heartbeatMs: number, workerLostMs: number) {
    this.#everyMs = Math.min(heartbeatMs, LONGEST_PROBE_INTERVAL_MS);
    // Well before that, and not by the probes' own interval: they may be more frequent than Temporal's answers are quick.
    this.#doubtAfterMs = workerLostMs / 2;
    this.#answerMs = Math.min(this.#doubtAfterMs, LONGEST_ANSWER_MS);
  }

  /**
   * @param onReturn called when Temporal answers again after a silence, or this process wakes from one
   * @returns how to leave
   */
  join(client: Client, onReturn: () => void): () => void {
    this.#onReturn.add(onReturn);
    if (this.#timer === null) {
      // Whoever takes up an attempt has just been given it by Temporal.
      this.#answeredAt = performance.now();
      this.#timer = setInterval(() => void this.#probe(client), this.#everyMs);
    }
    return () => {
      this.#onReturn.delete(onReturn);
      if (this.#onReturn.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  /** Whether Temporal, by all that is known, may have been away or have seen nothing of this process for long. */
  get isInDoubt(): boolean {
    return this.#silentMs > this.#doubtAfterMs;
  }

  get #silentMs(): number {
    return performance.now() - this.#answeredAt;
  }

  /** Resolves with Temporal's next answer. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /**
   * A new one each time, however many still wait. Core repeats a failed call for ten seconds, with pauses that grow to
   * five, and the deadline is that of each repetition: none of those that began while Temporal was away can tell in time
   * that it is back. That also bounds their number.
   */
  async #probe(client: Client): Promise<void> {
    try {
      await client.withDeadline(Date.now() + this.#answerMs, () => client.workflowService.getSystemInfo({}));
    } catch {
      // Away, or busy: the next probe asks again.
      return;
    }
    const returned = this.#silentMs > Math.min(this.#doubtAfterMs, LONGEST_HICCUP_MS);
    this.#answeredAt = performance.now();
    if (returned) for (const notify of this.#onReturn) notify();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
