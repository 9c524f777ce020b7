/** Whether an attempt kept what it had received. Pure. */
import type { AttemptOutcome } from '../../src/client/index.ts';
import { HANDING_OVER_MS, isStarved, lagBetween, matchAttempts, receivableCharacters } from './attempts.ts';
import type { MatchedAttempt } from './attempts.ts';
import type { AccidentFact, Finding, GenerationFacts } from './facts.ts';

/** Written by the simulator, and in a buffer still when the reader stopped: never received. */
export const UNREAD_CHARACTERS = 600;

export interface Missing {
  attempt: number;
  outcome: AttemptOutcome;
  characters: number;
  allowed: number;
}

/** For each attempt that made a request: how much it should have kept and did not. */
export function missingOf(facts: GenerationFacts): Missing[] {
  return matchAttempts(facts).flatMap((attempt) => {
    const { row, requests } = attempt;
    // When an unheard worker's last heartbeat was, nobody knows.
    if (requests.length === 0 || isStarved(facts, attempt)) return [];
    const cutOff = isCutOff(attempt);
    const accident = cutOff ? cutBy(attempt.cutOffBy) : null;
    // Of several the one that asks least: a late request of another attempt is no claim on this one.
    const received = Math.min(...requests.map((request) => receivableCharacters(request, accident)));
    const characters = Math.max(0, received - row.keptCharacters);
    const cutAt = accident?.at ?? attempt.endedAt;
    const { heartbeatMs, workerLostMs, charactersPerMs } = facts.conditions;
    // Unheard for so long it would have been lost before, and what it has not read for so long stalls.
    const lagMs = Math.min(lagBetween(facts, cutAt, cutAt), 2 * workerLostMs);
    const allowed = UNREAD_CHARACTERS + Math.ceil(((cutOff ? heartbeatMs : 0) + lagMs) * charactersPerMs);
    return [{ attempt: row.number, outcome: row.outcome, characters, allowed }];
  });
}

/**
 * What took text away from an attempt, by when. An outage of the server alone takes none: what comes meanwhile is held
 * by the worker, and handed over, also by one that is to stop. Only a worker that is lost before that takes it along.
 */
function cutBy(accidents: readonly AccidentFact[]): AccidentFact | null {
  const own = accidents.find(({ kind }) => kind !== 'server_restarted');
  if (own === undefined) return null;
  const outage = accidents.find(
    ({ kind, at, until }) =>
      kind === 'server_restarted' && at <= own.at && own.at <= (until ?? Infinity) + HANDING_OVER_MS,
  );
  return outage ?? own;
}

export function judgeLoss(facts: GenerationFacts): Finding[] {
  return [...missingOf(facts).flatMap(tooMuch), ...shrunk(facts)];
}

function tooMuch({ attempt, outcome, characters, allowed }: Missing): Finding[] {
  if (characters <= allowed) return [];
  const detail = `attempt ${attempt} (${outcome}) lacks ${characters} characters it had received, of at most ${allowed}`;
  return [{ verdict: 'lost', detail }];
}

/** An attempt that told its end itself has kept all, whatever befell its worker before. */
function isCutOff({ row }: MatchedAttempt): boolean {
  switch (row.outcome) {
    case 'worker_lost':
    case 'cancelled':
    case 'budget_spent':
      return true;
    case 'complete':
    case 'stalled':
    case 'connection_lost':
    case 'api_error':
    case 'worker_stopping':
    case 'seam_rejected':
      return false;
    default:
      return row.outcome satisfies never;
  }
}

/** Only a whole message may leave a text shorter than it was. */
function shrunk({ document }: GenerationFacts): Finding[] {
  return (document?.attempts ?? []).flatMap(({ number, outcome, keptCharacters }, index, rows) => {
    const before = rows[index - 1]?.keptCharacters ?? 0;
    if (outcome === 'complete' || keptCharacters >= before) return [];
    return [
      {
        verdict: 'lost',
        detail: `attempt ${number} (${outcome}) kept ${keptCharacters} of ${before} characters`,
      },
    ];
  });
}
