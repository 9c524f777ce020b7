/** What the demo asks for and which accidents it makes: the simulated one and the one with a real key. */

export interface Scenario {
  prompt: string;
  /** The request document, its id left out. */
  request: Record<string, unknown>;
  /** The simulated endpoint's profile; null: the real API. */
  profile: Record<string, unknown> | null;
  /** The worker is killed once this attempt has brought so many characters of its own. */
  kill: { attempt: number; afterCharacters: number };
  /** What the ledger must show in the end, in any order; else nothing was demonstrated. */
  accidents: readonly ('stalled' | 'worker_lost')[];
}

/** A model without prefill, as most are: the cut text is taken up by a continuation turn and its echo. */
const MODEL = 'claude-sonnet-5-5';

const SIMULATED_PROMPT = 'Write a long article about a town by a river. (the demo of Throughline)';

export const SIMULATED: Scenario = {
  prompt: SIMULATED_PROMPT,
  request: {
    message: { model: MODEL, max_tokens: 8_192, messages: [{ role: 'user', content: SIMULATED_PROMPT }] },
    // Short, so that the demo is: a real stream may well be silent for three seconds.
    limits: { interTokenMs: 3_000, totalMs: 120_000 },
  },
  profile: {
    characters: 12_000,
    charactersPerDelta: 12,
    deltasPerSecond: 75,
    // The socket stays open and pings go on, but no text comes any more: no timeout of HTTP's would notice.
    faults: [{ attempt: 1, kind: 'stall', afterCharacters: 4_000, silence: 'pings', everyMs: 500 }],
  },
  kill: { attempt: 2, afterCharacters: 3_000 },
  accidents: ['stalled', 'worker_lost'],
};

const REAL_PROMPT = 'Write an article of about 600 words on how lighthouses were kept before electricity.';

export const REAL: Scenario = {
  prompt: REAL_PROMPT,
  request: {
    message: { model: MODEL, max_tokens: 4_096, messages: [{ role: 'user', content: REAL_PROMPT }] },
    limits: { totalMs: 300_000 },
  },
  profile: null,
  kill: { attempt: 1, afterCharacters: 800 },
  accidents: ['worker_lost'],
};
