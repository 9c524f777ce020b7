/** What is known of a seam before the reply comes, and what the reply's beginning has excluded. */
import { openFence } from '../markdown.ts';
import type { SeamTask } from './joiner.ts';
import { restartProof } from './restart.ts';

/** What is derived from the task once, and what the reply's beginning has excluded so far. */
export interface Evidence {
  task: SeamTask;
  anchor: string;
  insideFence: boolean;
  /** What followed the anchor where it stands earlier in the text. */
  earlierContinuations: readonly string[];
  /** See `restartProof`. */
  top: string | null;
  /** Whether the reply may still begin with an echo or a repetition. */
  startIsOpen: boolean;
  /** Whether no line so far may yet become an echo: then nothing is to be looked for until the next one begins. */
  linesAreSettled: boolean;
}

/** So many characters after the echo tell which of two places the reply goes on from. */
export const CONTINUATION_PROOF = 40;
const MOST_EARLIER_PLACES = 50;

export function prepareEvidence(task: SeamTask, anchor: string): Evidence {
  const { cutText } = task;
  return {
    task,
    anchor,
    insideFence: openFence(cutText) !== null,
    earlierContinuations: earlierContinuations(cutText, anchor),
    top: restartProof(cutText),
    startIsOpen: true,
    linesAreSettled: false,
  };
}

function earlierContinuations(cutText: string, anchor: string): string[] {
  const found = new Set<string>();
  const latest = cutText.length - anchor.length - CONTINUATION_PROOF;
  let at = anchor === '' ? -1 : cutText.indexOf(anchor);
  while (at >= 0 && at <= latest && found.size < MOST_EARLIER_PLACES) {
    found.add(cutText.slice(at + anchor.length, at + anchor.length + CONTINUATION_PROOF));
    at = cutText.indexOf(anchor, at + 1);
  }
  return [...found];
}
