/** Whether a generation ended in time, and everything that was done for it with it. Pure. */
import type { AttemptOutcome } from '../../src/client/index.ts';
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { FaultKind } from '../../src/simulator/faults.ts';
import { askedRequests, isStarved, lagBetween, matchAttempts } from './attempts.ts';
import type { AccidentFact, Finding, GenerationFacts, RunFact } from './facts.ts';

const LATE_END_MS = 2_000;
const LATE_SENDING_MS = 2_000;
/** From the limit on a silence to the closed connection. */
const SLOW_ABORT_MS = 1_500;
/** How long the end of a message is waited for once its stop reason came. */
const CLOSING_MS = 2_000;

/** These leave a response open, for the client to give up. */
const OPEN_ENDED: readonly FaultKind[] = [
  'stall',
  'no_headers',
  'no_first_token',
  'stop_reason_then_silence',
  'hang_after_stop',
];

/** No attempt ends so without a response. */
const ANSWERED: readonly AttemptOutcome[] = ['complete', 'api_error', 'seam_rejected'];

export function judgeTiming(facts: GenerationFacts): Finding[] {
  return [
    ...facts.runs.flatMap((run, index) => ending(facts, run, index + 1)),
    ...facts.records.flatMap((record) => [...sending(facts, record), ...abort(facts, record)]),
    ...counts(facts),
  ];
}

function ending(facts: GenerationFacts, run: RunFact, number: number): Finding[] {
  const { accidents } = facts;
  const budgetEnd = run.enqueuedAt + run.totalMs;
  if (run.endedAt === null) {
    return [{ verdict: 'stuck', detail: `run ${number} did not end within its ${run.totalMs} ms` }];
  }
  const graceMs = LATE_END_MS + lagBetween(facts, budgetEnd, run.endedAt);
  const bound = putOff(accidents, ['server_restarted'], budgetEnd, graceMs);
  if (run.endedAt <= bound) return [];
  const over = run.endedAt - budgetEnd;
  return [
    { verdict: 'budget_overrun', detail: `run ${number} ended ${over} ms after its ${run.totalMs} ms` },
  ];
}

function sending(facts: GenerationFacts, record: RequestRecord): Finding[] {
  const { runs, accidents, judgedAt } = facts;
  const run = runs.find(({ endedAt }) => endedAt !== null && endedAt >= record.at) ?? runs.at(-1);
  if (run === undefined || run.endedAt === null) return [];
  const stoppedAt = record.endedAt ?? judgedAt;
  // A frozen worker, and one that cannot ask the server, learn of the end when they can.
  const graceMs = LATE_SENDING_MS + lagBetween(facts, run.endedAt, stoppedAt);
  if (stoppedAt <= putOff(accidents, ['worker_frozen', 'server_restarted'], run.endedAt, graceMs)) return [];
  const over = stoppedAt - run.endedAt;
  return [
    { verdict: 'sent_after_end', detail: `request ${record.number} was sent for ${over} ms after the end` },
  ];
}

function abort(facts: GenerationFacts, record: RequestRecord): Finding[] {
  const { accidents, conditions } = facts;
  const { fault, struckAt, clientGoneAt, number } = record;
  if (fault === null || struckAt === null || clientGoneAt === null || !OPEN_ENDED.includes(fault)) return [];
  const limit = Math.max(conditions.stallAfterMs, CLOSING_MS);
  const graceMs = SLOW_ABORT_MS + lagBetween(facts, struckAt, clientGoneAt);
  if (clientGoneAt <= putOff(accidents, ['worker_frozen'], struckAt + limit, graceMs)) return [];
  const tookMs = clientGoneAt - struckAt;
  return [{ verdict: 'slow_abort', detail: `request ${number} (${fault}) was given up after ${tookMs} ms` }];
}

/** The latest that something due may come: once more so much after each accident that kept it from coming. */
function putOff(
  accidents: readonly AccidentFact[],
  kinds: readonly AccidentFact['kind'][],
  due: number,
  graceMs: number,
): number {
  let bound = due + graceMs;
  for (const { kind, at, until } of accidents) {
    if (kinds.includes(kind) && at <= bound && until !== null) bound = Math.max(bound, until + graceMs);
  }
  return bound;
}

/** Each attempt that told of a stream made a request, and each request was an attempt's. */
function counts(facts: GenerationFacts): Finding[] {
  const { document, accidents } = facts;
  if (document === null) return [];
  const findings: Finding[] = [];
  const matched = matchAttempts(facts);
  for (const attempt of matched) {
    const { row, requests, cutOffBy } = attempt;
    const began = row.firstTokenMs !== null || row.usage !== null || ANSWERED.includes(row.outcome);
    if (began && requests.length === 0) {
      findings.push({ verdict: 'ledger', detail: `attempt ${row.number} (${row.outcome}) made no request` });
    }
    if (row.outcome === 'worker_lost' && cutOffBy.length === 0 && !isStarved(facts, attempt)) {
      findings.push({
        verdict: 'ledger',
        detail: `attempt ${row.number} lost its worker, whom nothing befell`,
      });
    }
  }
  // A worker that is frozen between its first heartbeat and its request sends it when it wakes up.
  const late = accidents.filter(({ kind }) => kind === 'worker_frozen').length;
  const requests = askedRequests(facts).length;
  if (requests > matched.length + late) {
    findings.push({ verdict: 'ledger', detail: `${requests} requests for ${matched.length} attempts` });
  }
  return findings;
}
