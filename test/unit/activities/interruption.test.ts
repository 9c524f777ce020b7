import type { Context } from '@temporalio/activity';
import type { ActivityCancellationDetails } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import { Interruption } from '../../../src/activities/interruption.ts';

interface Scene {
  interruption: Interruption;
  /** As Core does: once only. */
  cancel: (details: Partial<ActivityCancellationDetails>) => void;
  drain: () => void;
}

function scene(): Scene {
  const cancelling = new AbortController();
  const draining = new AbortController();
  const context: { cancellationSignal: AbortSignal; cancellationDetails: unknown } = {
    cancellationSignal: cancelling.signal,
    cancellationDetails: undefined,
  };
  const interruption = new Interruption(context as Context, null, draining.signal);
  onTestFinished(() => interruption.dispose());
  return {
    interruption,
    cancel: (details) => {
      context.cancellationDetails = details;
      cancelling.abort();
    },
    drain: () => draining.abort(),
  };
}

it.each([
  ['cancelled', { cancelRequested: true }, 'cancelled'],
  ['worker_stopping', { workerShutdown: true }, 'worker_stopping'],
  // Told only where the attempt was ended while it was paused: a pause cancels nothing.
  ['paused', { paused: true }, 'worker_lost'],
  ['reset', { reset: true }, 'connection_lost'],
  ['gone', { notFound: true }, 'worker_lost'],
] as const)('%s, by the word of Core', (reason, details, outcome) => {
  const { interruption, cancel } = scene();
  cancel(details);
  expect(interruption.reason).toBe(reason);
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.end?.outcome).toBe(outcome);
  expect(interruption.isLost).toBe(reason === 'gone');
});

it('Core’s guess that the attempt timed out interrupts nothing; that the worker has drained does, even then', () => {
  const { interruption, cancel, drain } = scene();
  cancel({ notFound: true, timedOut: true });
  expect(interruption.isGivenUpByCore).toBe(true);
  expect(interruption.signal.aborted).toBe(false);
  drain();
  expect(interruption.reason).toBe('worker_stopping');
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.end).toEqual({ outcome: 'worker_stopping' });
});

it('an attempt that begins when the worker has drained is interrupted at once', () => {
  const cancelling = new AbortController();
  const context = { cancellationSignal: cancelling.signal, cancellationDetails: undefined };
  const interruption = new Interruption(context as unknown as Context, null, AbortSignal.abort());
  onTestFinished(() => interruption.dispose());
  expect(interruption.reason).toBe('worker_stopping');
});
