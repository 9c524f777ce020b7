/**
 * Whether Temporal answers, for all attempts of one worker.
 *
 * A heartbeat tells nobody whether it arrived. Without this, an attempt that ends while Temporal is away would give its
 * text to a client that gives up on it after ten seconds; and one that goes on would not learn that it was given up.
 */
import type { Client } from '@temporalio/client';

/** So many probes without an answer are no hiccup: an activity may be lost after three heartbeats. */
const SILENT_PROBES = 2.5;

export class TemporalReach {
  readonly #everyMs: number;
  readonly #onReturn = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #probing = false;
  #answeredAt = 0;

  /** @param everyMs between two probes, while any attempt is under way */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
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
    return performance.now() - this.#answeredAt > SILENT_PROBES * this.#everyMs;
  }

  /** Resolves with Temporal's next answer. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async #probe(client: Client): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      await client.withDeadline(Date.now() + this.#everyMs, () => client.workflowService.getSystemInfo({}));
      const returned = this.isInDoubt;
      this.#answeredAt = performance.now();
      if (returned) for (const notify of this.#onReturn) notify();
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    } catch {
      // Away, or busy: the next probe asks again.
    } finally {
      this.#probing = false;
    }
  }
}
