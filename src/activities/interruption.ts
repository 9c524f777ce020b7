/** What may end an attempt from outside: cancellation in its kinds, and the end of the total budget. */
import type { Context } from '@temporalio/activity';
import type { ActivityCancellationDetails } from '@temporalio/common';
import type { AttemptEnd } from '../generation/attempt.ts';

/** The attempt ends itself so much before the budget does, that its exact text is in the history. */
const BEFORE_BUDGET_END_MS = 1_000;
const LONGEST_TIMER_MS = 2_147_483_647;

export type InterruptionReason =
  'cancelled' | 'worker_stopping' | 'paused' | 'reset' | 'gone' | 'budget_spent';

export class Interruption {
  readonly #controller = new AbortController();
  readonly #context: Context;
  /** On the monotonic clock. */
  #budgetEndsAt: number | null;
  #budgetTimer: NodeJS.Timeout | null = null;
  readonly #drained: AbortSignal;
  readonly #onCancelled = (): void => this.#takeCancellation();
  readonly #onDrained = (): void => this.#interrupt('worker_stopping');
  #reason: InterruptionReason | null = null;
  #isGivenUpByCore = false;
  #isLost = false;

  /**
   * @param budgetLeftMs as it was when the attempt was scheduled; null: no bound
   * @param drained fires when a worker that is to stop has waited long enough for its streams. Core tells so, too, but
   *   not of an attempt that it has given up
   */
  constructor(context: Context, budgetLeftMs: number | null, drained: AbortSignal) {
    this.#context = context;
    this.#drained = drained;
    drained.addEventListener('abort', this.#onDrained);
    if (drained.aborted) this.#onDrained();
    this.#budgetEndsAt = budgetLeftMs === null ? null : performance.now() + budgetLeftMs;
    context.cancellationSignal.addEventListener('abort', this.#onCancelled);
    if (context.cancellationSignal.aborted) this.#onCancelled();
    this.subtractQueueTime(0);
  }

  /**
   * @param queuedMs how long the attempt waited for a worker, by the server's clock alone: this machine's may differ
   *   from it by any amount, and would end attempts at once, or never
   */
  subtractQueueTime(queuedMs: number): void {
    if (this.#budgetEndsAt === null) return;
    if (this.#budgetTimer !== null) clearTimeout(this.#budgetTimer);
    this.#budgetEndsAt -= queuedMs;
    this.#budgetTimer = setTimeout(
      () => this.#interrupt('budget_spent'),
      Math.min(LONGEST_TIMER_MS, this.budgetLeftMs),
    );
  }

  /** How long the attempt may still take, in milliseconds; infinite without a budget. */
  get budgetLeftMs(): number {
    if (this.#budgetEndsAt === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#budgetEndsAt - performance.now() - BEFORE_BUDGET_END_MS);
  }

  /**
   * Whether Core takes no report of the attempt any more, because no heartbeat of its own got through for long. That is
   * a guess about the server, not its word, and no reason to end a stream: Temporal may be away.
   */
  get isGivenUpByCore(): boolean {
    return this.#isGivenUpByCore;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): InterruptionReason | null {
    return this.#reason;
  }

  /** How an attempt ends that was interrupted so; null when it was not. */
  get end(): AttemptEnd | null {
    switch (this.#reason) {
      case null:
        return null;
      case 'worker_stopping':
        return { outcome: 'worker_stopping' };
      case 'budget_spent':
        return { outcome: 'budget_spent' };
      case 'reset':
        return {
          outcome: 'connection_lost',
          error: { kind: 'activity_reset', message: 'the attempt was reset from outside' },
        };
      case 'cancelled':
        return { outcome: 'cancelled' };
      // As the server told the workflow, if there still is one. Of an attempt that was paused it is told only where the
      // server has ended that one meanwhile: nobody has cancelled the generation.
      case 'paused':
      case 'gone':
        return { outcome: 'worker_lost' };
      default:
        return this.#reason satisfies never;
    }
  }

  /** Whether nothing that the activity reports is taken any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The server has ended the activity, or Core has: whatever else it was that interrupted it. */
  lose(): void {
    this.#isLost = true;
    this.#interrupt('gone');
  }

  dispose(): void {
    if (this.#budgetTimer !== null) clearTimeout(this.#budgetTimer);
    this.#context.cancellationSignal.removeEventListener('abort', this.#onCancelled);
    this.#drained.removeEventListener('abort', this.#onDrained);
  }

  #interrupt(reason: InterruptionReason): void {
    this.#reason ??= reason;
    this.#controller.abort();
  }

  #takeCancellation(): void {
    const details = this.#context.cancellationDetails;
    // Core says "not found" as well then; of the server's own word it says only that.
    if (details?.timedOut === true) this.#isGivenUpByCore = true;
    else if (reasonOf(details) === 'gone') this.lose();
    else this.#interrupt(reasonOf(details));
  }
}

function reasonOf(details: ActivityCancellationDetails | undefined): InterruptionReason {
  if (details?.workerShutdown) return 'worker_stopping';
  if (details?.cancelRequested) return 'cancelled';
  if (details?.paused) return 'paused';
  if (details?.reset) return 'reset';
  return 'gone';
}
