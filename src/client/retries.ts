/**
 * The Temporal client repeats a call that failed after a pause of up to five seconds. Where the connection is closed in
 * such a pause, it throws out of a timer, at nobody, and the process ends; the caller never hears of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

const USUAL = defaultGrpcRetryOptions();
/** A timer may fire a little early or late. */
const TIMER_TOLERANCE_MS = 50;

export class Retries {
  /** On the monotonic clock. */
  #lastAt = 0;
  #isOver = false;

  readonly interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !this.#isOver && USUAL.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = USUAL.delayFunction(attempt, status);
      this.#lastAt = Math.max(this.#lastAt, performance.now() + delayMs);
      return delayMs;
    },
  });

  /** From now on the first failure of a call is its last. Resolves when the connection may be closed. */
  async end(): Promise<void> {
    this.#isOver = true;
    const leftMs = this.#lastAt - performance.now();
    if (leftMs > -TIMER_TOLERANCE_MS) await sleep(leftMs + TIMER_TOLERANCE_MS);
  }
}
