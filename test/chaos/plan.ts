/**
 * What is to happen in a run: which generations are asked for and what is done to them, and which accidents come when.
 *
 * A pure function of the seed, so that a run that failed can be had again, as far as the machine's own timing allows.
 */
import { createRandom } from '../../src/simulator/random.ts';
import type { Random } from '../../src/simulator/random.ts';

/** One takes a prefill, the other is asked for a continuation. */
export const MODELS = ['claude-haiku-4-5', 'claude-sonnet-5-5'] as const;

/** What is done to a generation, so that every way to end is met. */
export type Fate =
  | { kind: 'left_alone' }
  | { kind: 'cancelled'; afterMs: number }
  /** A total budget too short for its text. */
  | { kind: 'short_budget'; totalMs: number }
  | { kind: 'few_attempts'; maxAttempts: number }
  /** `max_tokens` too small for its text: incomplete. */
  | { kind: 'few_tokens'; maxTokens: number }
  /** As small, but with `maxTotalTokens`: it goes on across requests, and may or may not have enough. */
  | { kind: 'token_parts'; maxTokens: number; maxTotalTokens: number };

export interface PlannedGeneration {
  id: string;
  model: string;
  fallbackModels: readonly string[];
  /** About how long its text is to be. */
  characters: number;
  fate: Fate;
  /** Whether it is retried should it end without being complete. */
  retried: boolean;
}

/** `afterMs`: after the accident before it. `victim`: which of the workers that run, counted round and round. */
export type Accident =
  | { kind: 'worker_killed'; afterMs: number; victim: number; successorDrainMs: number }
  | { kind: 'worker_stopped'; afterMs: number; victim: number; successorDrainMs: number }
  | { kind: 'worker_frozen'; afterMs: number; victim: number; frozenMs: number }
  | { kind: 'server_restarted'; afterMs: number; outageMs: number };

export type AccidentKind = Accident['kind'];

const CHARACTERS_PER_TOKEN = 4;
const DRAINS_MS = [0, 500] as const;
const LONGEST_OUTAGE_MS = 6_000;

export function planGenerations(seed: number, count: number, meanCharacters: number): PlannedGeneration[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(`${seed}/generation/${index}`);
    const model = random.pick(MODELS);
    const characters = Math.max(1, Math.round(meanCharacters * between(random, 20, 180) * 0.01));
    return {
      id: `chaos-${seed}-${index}`,
      model,
      fallbackModels: random.oneIn(5) ? MODELS.filter((other) => other !== model) : [],
      characters,
      fate: fateOf(random, characters),
      retried: random.oneIn(2),
    };
  });
}

function fateOf(random: Random, characters: number): Fate {
  const tokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const part = Math.max(1, Math.round((tokens * between(random, 20, 80)) / 100));
  switch (random.below(12)) {
    case 0:
      return { kind: 'cancelled', afterMs: between(random, 200, 6_000) };
    case 1:
      return { kind: 'short_budget', totalMs: between(random, 1_500, 8_000) };
    case 2:
      return { kind: 'few_attempts', maxAttempts: between(random, 1, 2) };
    case 3:
      return { kind: 'few_tokens', maxTokens: part };
    case 4:
      return {
        kind: 'token_parts',
        maxTokens: part,
        maxTotalTokens: Math.max(part, Math.round((tokens * between(random, 80, 500)) / 100)),
      };
    default:
      return { kind: 'left_alone' };
  }
}

/** Without end: a run takes as many as there is time for. */
export function* planAccidents(
  seed: number,
  { workerLostMs }: { workerLostMs: number },
): Generator<Accident> {
  for (let index = 0; ; index += 1) {
    const random = createRandom(`${seed}/accident/${index}`);
    const afterMs = between(random, 1_000, 7_000);
    const victim = random.below(1_000);
    const successorDrainMs = random.pick(DRAINS_MS);
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
        yield { kind: 'worker_killed', afterMs, victim, successorDrainMs };
        break;
      case 3:
      case 4:
      case 5:
        yield { kind: 'worker_stopped', afterMs, victim, successorDrainMs };
        break;
      case 6:
      case 7:
        // Longer than a worker may be silent: so that it wakes up to find its attempts taken away.
        yield {
          kind: 'worker_frozen',
          afterMs,
          victim,
          frozenMs: workerLostMs + between(random, 500, 6_000),
        };
        break;
      default:
        yield { kind: 'server_restarted', afterMs, outageMs: random.below(LONGEST_OUTAGE_MS + 1) };
    }
  }
}

/** How long each of the first workers drains. */
export function planDrains(seed: number, workers: number): number[] {
  const random = createRandom(`${seed}/drain`);
  return Array.from({ length: workers }, () => random.pick(DRAINS_MS));
}

/** Both included. */
function between(random: Random, least: number, most: number): number {
  return least + random.below(most - least + 1);
}
