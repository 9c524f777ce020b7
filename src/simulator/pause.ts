/** Waiting for a time, for the socket, or for the client to go: whichever comes, the waiting is over when it goes. */
import type { ServerResponse } from 'node:http';

export interface Pause {
  isGone(): boolean;
  /** Resolves at that time of `performance.now()`, or as soon as the client is gone. */
  until(at: number): Promise<void>;
  /** Resolves when the socket takes more, or the client is gone. */
  untilDrained(): Promise<void>;
  untilGone(): Promise<void>;
}

export function createPause(response: ServerResponse): Pause {
  let gone = response.destroyed;
  let timer: NodeJS.Timeout | undefined;
  let proceed: (() => void) | null = null;
  let forDrain = false;

  const settle = (): void => {
    clearTimeout(timer);
    const resolve = proceed;
    proceed = null;
    resolve?.();
  };
  // One listener each for the whole reply: one a wait would pile them up.
  response.on('drain', () => {
    if (forDrain) settle();
  });
  response.once('close', () => {
    gone = true;
    settle();
  });

  const wait = (ms: number | null, drain = false): Promise<void> => {
    if (gone) return Promise.resolve();
    forDrain = drain;
    return new Promise((resolve) => {
      proceed = resolve;
      if (ms !== null) timer = setTimeout(settle, ms);
    });
  };
  return {
    isGone: () => gone,
    until: (at) => wait(Math.max(0, at - performance.now())),
    untilDrained: () => wait(null, true),
    untilGone: () => wait(null),
  };
}
