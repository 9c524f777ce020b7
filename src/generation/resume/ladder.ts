/** How the question changes while replies are rejected: asked the same way, a model gives the same answer. */
import type { Rung } from '../attempt.ts';

const RUNGS: readonly [Rung, ...Rung[]] = [
  { form: 'assistant_turn', shortestAnchor: 40, joinUnverified: false },
  { form: 'assistant_turn', shortestAnchor: 120, joinUnverified: true },
  { form: 'quoted', shortestAnchor: 120, joinUnverified: true },
  { form: 'quoted', shortestAnchor: 240, joinUnverified: true },
];
/** So many rejections, and a text may be thrown away, where the request allows it. */
export const REJECTIONS_BEFORE_RESTART = RUNGS.length;

/** @param rejections of replies, one after the other, since the text last grew */
export function rungAfter(rejections: number): Rung {
  return RUNGS[Math.min(rejections, RUNGS.length - 1)] ?? RUNGS[0];
}
