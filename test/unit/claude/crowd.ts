/** Many generations before one gate, and an endpoint that refuses some of them, on vitest's clock. */
import { vi } from 'vitest';
import { createGates } from '../../../src/claude/gate.ts';
import type { GenerationError } from '../../../src/generation/error.ts';

export const OVERLOADED: GenerationError = {
  kind: 'overloaded_error',
  message: 'the API answered 529 overloaded_error',
  status: 529,
};

export interface Endpoint {
  /** Whether it takes another, told at which time, how many it is busy with, and how many it took before. */
  hasRoom(at: number, busyWith: number, taken: number): boolean;
  retryAfterMs: number | null;
  headersAfterMs: number;
  streamMs(index: number): number;
}

export interface CrowdFigures {
  completed: number;
  refused: number;
  totalMs: number;
  /** The most that were under way at once. */
  mostUnderWay: number;
}

/** Each of them asks until it was accepted, as a generation does that never gives up. */
export async function sendCrowd(
  size: number,
  endpoint: Endpoint,
  mostUnderWay = 300,
  longestMs = 3_600_000,
): Promise<CrowdFigures> {
  const now = () => Date.now();
  const gates = createGates({ mostUnderWay, now });
  const from = now();
  const figures = { completed: 0, refused: 0, totalMs: 0, mostUnderWay: 0 };
  let busyWith = 0;
  let underWay = 0;
  let taken = 0;

  async function generate(index: number): Promise<void> {
    for (;;) {
      const pass = await gates.enter('model', {
        signal: new AbortController().signal,
        longestWaitMs: Infinity,
      });
      if (pass.kind !== 'admitted') throw new Error(pass.kind);
      underWay += 1;
      figures.mostUnderWay = Math.max(figures.mostUnderWay, underWay);
      try {
        await afterMs(endpoint.headersAfterMs / 2);
        const hasRoom = endpoint.hasRoom(now() - from, busyWith, taken);
        if (hasRoom) [busyWith, taken] = [busyWith + 1, taken + 1];
        await afterMs(endpoint.headersAfterMs / 2);
        if (hasRoom) {
          pass.accepted();
          await afterMs(endpoint.streamMs(index));
          busyWith -= 1;
          figures.completed += 1;
          figures.totalMs = now() - from;
          return;
        }
        const { retryAfterMs } = endpoint;
        figures.refused += 1;
        pass.refused({ ...OVERLOADED, ...(retryAfterMs !== null && { retryAfterMs }) });
      } finally {
        underWay -= 1;
        pass.leave();
      }
    }
  }

  const all = Promise.all(Array.from({ length: size }, (_, index) => generate(index)));
  while (figures.completed < size && now() - from < longestMs) await vi.advanceTimersByTimeAsync(100);
  if (figures.completed === size) await all;
  return figures;
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
