/** Follows a generation: safe text as it grows, how it is doing, and its end, through outages of Temporal. */
import type { Client } from '@temporalio/client';
import type { ResultDocument } from '../generation/result.ts';
import { isEnded } from '../generation/result.ts';
import { isPassing } from './errors.ts';
import type { LiveAttempt, Snapshot } from './snapshot.ts';
import { Viewer } from './snapshot.ts';

export type FollowEvent =
  /** The next piece of text; it will never be taken back. */
  | { kind: 'text'; text: string }
  | { kind: 'progress'; document: ResultDocument; live: LiveAttempt | null; budgetEndsAt: number | null }
  /** Temporal is out of reach; following goes on. */
  | { kind: 'unreachable'; message: string };

export interface FollowOptions {
  /** Milliseconds between two looks. Text reaches the server about once a second. */
  pollMs?: number;
  signal?: AbortSignal;
}

const POLL_MS = 500;
const BETWEEN_TRIES_MS = 1_000;

/**
 * @returns the result document, when the generation has ended
 * @throws RefusedError for an unknown id
 */
export async function* followGeneration(
  client: Client,
  id: string,
  options: FollowOptions,
): AsyncGenerator<FollowEvent, ResultDocument> {
  const viewer = new Viewer(client, id);
  let told = '';
  for (;;) {
    options.signal?.throwIfAborted();
    const snapshot = await reached(viewer);
    if (snapshot instanceof Error) {
      yield { kind: 'unreachable', message: snapshot.message };
      await pause(BETWEEN_TRIES_MS, options.signal);
      continue;
    }
    const { document, safeCharacters, live, budgetEndsAt } = snapshot;
    if (!document.text.startsWith(told.slice(0, safeCharacters))) {
      throw new Error(
        `the text of "${id}" was taken back: its workflow was reset. Follow it again from the beginning.`,
      );
    }
    if (safeCharacters > told.length) {
      const text = document.text.slice(told.length, safeCharacters);
      told += text;
      yield { kind: 'text', text };
    }
    if (isEnded(document.status)) return document;
    yield { kind: 'progress', document, live, budgetEndsAt };
    await pause(options.pollMs ?? POLL_MS, options.signal);
  }
}

async function reached(viewer: Viewer): Promise<Snapshot | Error> {
  try {
    return await viewer.look();
  } catch (error) {
    if (isPassing(error) && error instanceof Error) return error;
    throw error;
  }
}

/** Ends early, without an error, when the signal fires. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
