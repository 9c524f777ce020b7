/** Signals, for commands that follow (they leave) and for commands that serve (they stop in order). */
import { InterruptedError } from './errors.ts';
import { exitCodeOfSignal } from './exitCodes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** On Ctrl-C, npx forwards the signal that the terminal has sent to us already: both are one press. */
const ONE_PRESS_MS = 200;

/**
 * Runs `work` until it ends or a signal comes.
 * @throws InterruptedError, with what `howToComeBack` says, at the first SIGINT or SIGTERM
 */
export async function interruptible<T>(
  howToComeBack: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = (signal) => {
      // First: the work's own end, caused by the abort, must not win the race.
      reject(new InterruptedError(signal, howToComeBack));
      leaving.abort();
    };
  });
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await Promise.race([interrupted, work(leaving.signal)]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

export interface StopRequest {
  /** Resolves at the first signal. */
  asked: Promise<void>;
  isAsked(): boolean;
}

/** From now on the first signal asks to stop, and the second ends the process at once. */
export function listenForStop(): StopRequest {
  let askedAt: number | null = null;
  const asked = new Promise<void>((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (askedAt !== null && performance.now() - askedAt > ONE_PRESS_MS)
          process.exit(exitCodeOfSignal(signal));
        askedAt ??= performance.now();
        resolve();
      });
    }
  });
  return { asked, isAsked: () => askedAt !== null };
}
