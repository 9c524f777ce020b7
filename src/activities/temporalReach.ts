/**
 * Whether Temporal answers, for all attempts of one worker.
 *
 * A heartbeat tells nobody whether it arrived. Without this, an attempt that ends while Temporal is away would give its
 * text to a client that gives up on it after ten seconds; and one that goes on would not learn that it was given up.
 */
import type { Client } from '@temporalio/client';

/** So many probes may wait for their answers at once: each new one is a new try where the last one's packets are lost. */
const MOST_UNANSWERED = 8;

export class TemporalReach {
  readonly #everyMs: number;
  readonly #doubtAfterMs: number;
  readonly #onReturn = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #unanswered = 0;
  #answeredAt = 0;

  /**
   * @param everyMs between two probes, while any attempt is under way
   * @param workerLostMs after so long a silence Temporal gives an attempt up
   */
  constructor(everyMs: number, workerLostMs: number) {
    this.#everyMs = everyMs;
    // Well before that, and not by the probes' own interval: they may be more frequent than Temporal's answers are quick.
    this.#doubtAfterMs = workerLostMs / 2;
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
    return performance.now() - this.#answeredAt > this.#doubtAfterMs;
  }

  /** Resolves with Temporal's next answer. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async #probe(client: Client): Promise<void> {
    if (this.#unanswered >= MOST_UNANSWERED) return;
    this.#unanswered += 1;
    try {
      await client.withDeadline(Date.now() + this.#doubtAfterMs, () =>
        client.workflowService.getSystemInfo({}),
      );
      const returned = this.isInDoubt;
      this.#answeredAt = performance.now();
      if (returned) for (const notify of this.#onReturn) notify();
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    } catch {
      // Away, or busy: the next probe asks again.
    } finally {
      this.#unanswered -= 1;
    }
  }
}
