/** Faults by lot: which befalls a request follows from the seed, its conversation and its attempt alone. Pure. */
import { z } from 'zod';
import { NOISES } from './faults.ts';
import type { Fault, FaultKind } from './faults.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export const chaosSchema = z.strictObject({
  /** Another seed, other faults; the texts stay the same. */
  seed: z.int().default(1),
  /** How many of the requests a fault befalls, from 0 (none) to 1 (all). */
  share: z.number().min(0).max(1),
  /** At most so many a conversation, so that it can come to an end. A request that is refused uses up its lot. */
  most: z.int().min(0).max(1_000).default(3),
});

export type Chaos = z.output<typeof chaosSchema>;

export interface ChaosOccasion {
  /** The conversation's key. */
  conversation: string;
  /** From 1. */
  attempt: number;
  /** How long the reply's text would be. */
  characters: number;
}

/** The fault that befalls this request, or null. It strikes at any character of the text, the end included. */
export function drawFault(chaos: Chaos, { conversation, attempt, characters }: ChaosOccasion): Fault | null {
  const lotOf = (number: number): Random => createRandom(`${chaos.seed}/${conversation}/${number}`);
  const isStruck = (lot: Random): boolean => lot.below(1_000_000) < chaos.share * 1_000_000;
  const lot = lotOf(attempt);
  if (!isStruck(lot)) return null;
  let before = 0;
  for (let earlier = 1; earlier < attempt; earlier += 1) if (isStruck(lotOf(earlier))) before += 1;
  if (before >= chaos.most) return null;
  return MAKERS[lot.pick(KINDS)](lot, lot.below(characters + 1));
}

/** `long_think` is left out: it delays a reply and breaks nothing. */
type ChaosKind = Exclude<FaultKind, 'long_think'>;

/** Short, as a test's patience is. */
const NOISE_EVERY_MS = 100;
const LONGEST_RETRY_AFTER_MS = 500;

const MAKERS: { [Kind in ChaosKind]: (random: Random, afterCharacters: number) => Fault } = {
  stall: (random, afterCharacters) => ({
    kind: 'stall',
    afterCharacters,
    silence: random.pick(NOISES),
    everyMs: NOISE_EVERY_MS,
  }),
  no_headers: () => ({ kind: 'no_headers' }),
  no_first_token: () => ({ kind: 'no_first_token', everyMs: NOISE_EVERY_MS }),
  eof: (random, afterCharacters) => ({
    kind: 'eof',
    afterCharacters,
    connectionClose: random.oneIn(2),
    insideBody: random.oneIn(2),
  }),
  reset: (random, afterCharacters) => ({
    kind: 'reset',
    afterCharacters,
    connectionClose: random.oneIn(2),
  }),
  error_event: (random, afterCharacters) => ({
    kind: 'error_event',
    afterCharacters,
    type: random.pick(['overloaded_error', 'api_error']),
    message: 'By lot.',
  }),
  status: (random) => {
    const status = random.pick([429, 500, 503, 529]);
    const headers: Record<string, string> =
      status === 429 ? { 'retry-after-ms': String(1 + random.below(LONGEST_RETRY_AFTER_MS)) } : {};
    return { kind: 'status', status, headers, message: 'By lot.' };
  },
  malformed_event: (_random, afterCharacters) => ({ kind: 'malformed_event', afterCharacters }),
  empty_body: () => ({ kind: 'empty_body' }),
  json_body: () => ({ kind: 'json_body' }),
  html_body: () => ({ kind: 'html_body' }),
  stop_reason_then_silence: (random) => ({
    kind: 'stop_reason_then_silence',
    silence: random.pick(['nothing', 'pings', 'comments', 'unknown_events']),
    everyMs: NOISE_EVERY_MS,
  }),
  stop_reason_then_eof: () => ({ kind: 'stop_reason_then_eof' }),
  late_deltas: () => ({ kind: 'late_deltas' }),
  second_message_start: (_random, afterCharacters) => ({ kind: 'second_message_start', afterCharacters }),
  // Some 10 events a second: no faster than other streams, so that no more of it is on its way; and not so slow that it
  // runs past every budget, which would end nothing.
  slow_drip: (random) => ({
    kind: 'slow_drip',
    bytesPerWrite: 20 + random.below(11),
    everyMs: 10 + random.below(6),
  }),
  hang_after_stop: () => ({ kind: 'hang_after_stop' }),
};

const KINDS = Object.keys(MAKERS) as [ChaosKind, ...ChaosKind[]];
