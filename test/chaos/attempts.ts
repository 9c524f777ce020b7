/** Which requests an attempt made, and what it can have received of them. Pure. */
import type { AttemptRecord } from '../../src/client/index.ts';
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { AccidentFact, GenerationFacts } from './facts.ts';
import { timeOf } from './times.ts';

/** A lag is found out by what comes late, so a little afterwards. */
const LAG_REMEMBERED_MS = 2_000;

/** After an outage, until what was held is handed over. */
export const HANDING_OVER_MS = 2_000;

export interface MatchedAttempt {
  row: AttemptRecord;
  beganAt: number;
  endedAt: number;
  /** Its requests, a refused prefill left out. More than one where another attempt's worker woke up meanwhile. */
  requests: readonly RequestRecord[];
  /** What cut it off from the server, the first of them first. */
  cutOffBy: readonly AccidentFact[];
}

/** By time: attempts come one after the other, and a request belongs to the one that was under way when it came. */
export function matchAttempts(facts: GenerationFacts): MatchedAttempt[] {
  const rows = facts.document?.attempts ?? [];
  let before = Number.NEGATIVE_INFINITY;
  return rows.map((row) => {
    const after = before;
    const endedAt = timeOf(row.endedAt) ?? Number.POSITIVE_INFINITY;
    before = endedAt;
    const requests = askedRequests(facts).filter(({ at }) => at > after && at <= endedAt);
    const start = facts.starts.get(row.number) ?? null;
    const beganAt = start?.at ?? timeOf(row.startedAt) ?? requests[0]?.at ?? endedAt;
    const pid = start?.pid ?? null;
    const heldUntil = Math.max(endedAt, ...facts.accidents.map((accident) => heldUntilMs(accident, endedAt)));
    const cutOffBy = facts.accidents.filter(
      (accident) =>
        cutsOff(accident, pid) && accident.at <= heldUntil && lastsUntil(accident, pid) >= beganAt,
    );
    return { row, beganAt, endedAt, requests, cutOffBy };
  });
}

/** Without those that were refused because of their form, which cost no attempt. */
export function askedRequests({ records }: Pick<GenerationFacts, 'records'>): RequestRecord[] {
  return records.filter(({ status }) => status !== 400);
}

/** Of an attempt that was closed over its head nobody tells which worker had it: then it may have been any. */
function cutsOff({ kind, pid: victim }: AccidentFact, pid: number | null): boolean {
  switch (kind) {
    case 'worker_killed':
    case 'worker_frozen':
      return pid === null || victim === pid;
    case 'server_restarted':
      return true;
    case 'worker_stopped':
      // It hands over: nothing may be missing.
      return false;
    default:
      return kind satisfies never;
  }
}

/** Where the server came back and gave an attempt up at once, its worker still holds the text for a moment. */
function heldUntilMs({ kind, at, until }: AccidentFact, endedAt: number): number {
  if (kind !== 'server_restarted' || until === null || at > endedAt) return endedAt;
  return endedAt <= until + HANDING_OVER_MS ? until + HANDING_OVER_MS : endedAt;
}

/** The server may give an attempt to a worker that is dead for good: it learns of that later. */
function lastsUntil({ at, until }: AccidentFact, pid: number | null): number {
  return until ?? (pid === null ? at : Number.POSITIVE_INFINITY);
}

/** How long the text was that a request had brought by the time of an accident, or in all without one. */
export function receivableCharacters(request: RequestRecord, accident: AccidentFact | null): number {
  const { partial, continuation, endedAt, number } = request;
  if (accident === null) return partial.length + continuation.length;
  const underWay = accident.sent.get(number);
  const over = endedAt !== null && endedAt <= accident.at ? continuation.length : 0;
  return partial.length + (underWay ?? over);
}

/** Whether an attempt's worker was taken for lost because the machine could not keep up with its heartbeats. */
export function isStarved(
  facts: GenerationFacts,
  { row, beganAt, endedAt, cutOffBy }: MatchedAttempt,
): boolean {
  if (row.outcome !== 'worker_lost' || cutOffBy.length > 0) return false;
  return lagBetween(facts, beganAt, endedAt) >= facts.conditions.workerLostMs;
}

/**
 * What the machine may have been behind by between two times, and somewhat before: what was late then is waited for
 * still. Twice what was found: one attempt is looked at in a tenth of a second, and a worker that is behind reads as
 * late as it tells.
 */
export function lagBetween({ lags }: Pick<GenerationFacts, 'lags'>, from: number, to: number): number {
  const then = lags.filter(({ at }) => at >= from - LAG_REMEMBERED_MS && at <= to + LAG_REMEMBERED_MS);
  return 2 * Math.max(0, ...then.map(({ ms }) => ms));
}
