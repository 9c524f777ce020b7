/** What may end an attempt from outside: cancellation in its kinds, and the end of the total budget. */
import type { Context } from '@temporalio/activity';
import type { AttemptEnd } from '../generation/attempt.ts';

/** The attempt ends itself so much before the budget does, that its exact text is in the history. */
const BEFORE_BUDGET_END_MS = 1_000;
const LONGEST_TIMER_MS = 2_147_483_647;

export type InterruptionReason =
  'cancelled' | 'worker_stopping' | 'paused' | 'reset' | 'gone' | 'budget_spent';

export class Interruption {
  readonly #controller = new AbortController();
  readonly #context: Context;
  readonly #budgetTimer: NodeJS.Timeout | null;
  readonly #onCancelled = (): void => this.#interrupt(this.#cancellationReason());
  #reason: InterruptionReason | null = null;

  constructor(context: Context, budgetLeftMs: number | null) {
    this.#context = context;
    context.cancellationSignal.addEventListener('abort', this.#onCancelled);
    if (context.cancellationSignal.aborted) this.#onCancelled();
    // The budget was read when the attempt was scheduled; waiting in the queue has used some of it.
    const queuedMs = Math.max(0, Date.now() - context.info.scheduledTimestampMs);
    this.#budgetTimer =
      budgetLeftMs === null
        ? null
        : setTimeout(
            () => this.#interrupt('budget_spent'),
            Math.min(LONGEST_TIMER_MS, Math.max(0, budgetLeftMs - queuedMs - BEFORE_BUDGET_END_MS)),
          );
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
      case 'paused':
      case 'gone':
        return { outcome: 'cancelled' };
      default:
        return this.#reason satisfies never;
    }
  }

  dispose(): void {
    if (this.#budgetTimer !== null) clearTimeout(this.#budgetTimer);
    this.#context.cancellationSignal.removeEventListener('abort', this.#onCancelled);
  }

  #interrupt(reason: InterruptionReason): void {
    this.#reason ??= reason;
    this.#controller.abort();
  }

  #cancellationReason(): InterruptionReason {
    const details = this.#context.cancellationDetails;
    if (details?.workerShutdown) return 'worker_stopping';
    if (details?.cancelRequested) return 'cancelled';
    if (details?.paused) return 'paused';
    if (details?.reset) return 'reset';
    return 'gone';
  }
}
