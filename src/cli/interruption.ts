/** Signals, for commands that follow (they leave) and for commands that serve (they stop in order). */
import { InterruptedError } from './errors.ts';
import { exitCodeOfSignal } from './exitCodes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** On Ctrl-C, npx forwards the signal that the terminal has sent to us already: both are one press. */
const ONE_PRESS_MS = 200;

/** Calls `first` at the first signal; a second one ends the process at once. Returns how to stop listening. */
function onSignal(first: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | null = null;
  const take = (signal: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      first(signal);
    } else if (performance.now() - firstAt > ONE_PRESS_MS) {
      process.exit(exitCodeOfSignal(signal));
    }
  };
  for (const signal of SIGNALS) process.on(signal, take);
  return () => {
    // After a signal it goes on listening: the second half of one press would end the process before it has said how
    // to come back.
    if (firstAt !== null) return;
    for (const signal of SIGNALS) process.off(signal, take);
  };
}

/**
 * Runs `work` until it ends or a signal comes.
 * @throws InterruptedError, with what `howToComeBack` says, at the first SIGINT or SIGTERM
 */
export async function interruptible<T>(
  howToComeBack: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  let stopListening = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stopListening = onSignal((signal) => {
      // First: the work's own end, caused by the abort, must not win the race.
      reject(new InterruptedError(signal, howToComeBack));
      leaving.abort();
    });
  });
  try {
    return await Promise.race([interrupted, work(leaving.signal)]);
  } finally {
    stopListening();
  }
}

export interface StopRequest {
  /** Resolves at the first signal. */
  asked: Promise<void>;
  isAsked(): boolean;
}

/** From now on the first signal asks to stop, and the second ends the process at once. */
export function listenForStop(): StopRequest {
  let isAsked = false;
  const asked = new Promise<void>((resolve) => {
    onSignal(() => {
      isAsked = true;
      resolve();
    });
  });
  return { asked, isAsked: () => isAsked };
}
