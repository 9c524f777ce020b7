/** What a run came to, in plain lines. Pure. */
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { AccidentFact, Finding, GenerationFacts, Lag, Verdict } from './facts.ts';
import type { Judgement } from './judge.ts';
import { missingOf } from './judgeLoss.ts';
import type { PlannedGeneration } from './plan.ts';

export interface JudgedGeneration {
  planned: PlannedGeneration;
  facts: GenerationFacts;
  judgement: Judgement;
}

export interface ChaosReport {
  seed: number;
  /** So many generations were planned; those there was no time for are not among `generations`. */
  planned: number;
  generations: readonly JudgedGeneration[];
  accidents: readonly AccidentFact[];
  records: readonly RequestRecord[];
  /** What no accident explains, as of a worker that ended by itself. */
  oddities: readonly string[];
  lags: readonly Lag[];
  /** As the server had them, in milliseconds. */
  heartbeatAges: readonly number[];
  tookMs: number;
}

const VERDICTS: readonly [Verdict, string][] = [
  ['falsely_complete', 'falsely complete'],
  ['lost', 'lost'],
  ['duplicated', 'duplicated'],
  ['mixed_up', 'mixed up'],
  ['stuck', 'stuck'],
  ['budget_overrun', 'budget overruns'],
  ['sent_after_end', 'sent after the end'],
  ['slow_abort', 'given up too late'],
  ['ledger', 'ledger and requests differ'],
];

export function isClean({ generations, oddities }: ChaosReport): boolean {
  return oddities.length === 0 && generations.every(({ judgement }) => judgement.findings.length === 0);
}

export function reportLines(report: ChaosReport): string[] {
  const { seed, planned, generations, accidents, records, oddities, tookMs } = report;
  const statuses = generations.map(({ facts }) => facts.document?.status ?? 'unread');
  const attempts = generations.flatMap(({ facts }) => facts.document?.attempts ?? []);
  const reasons = generations.flatMap(({ facts }) =>
    facts.document?.status === 'incomplete' ? [facts.document.stopReason ?? 'none'] : [],
  );
  const findings = generations.flatMap(({ judgement }) => judgement.findings);
  const faults = records.flatMap(({ fault }) => (fault === null ? [] : [fault]));
  return [
    `seed ${seed}`,
    `generations: ${generations.length} of ${planned}${listed(statuses)}`,
    `incomplete, by reason: ${reasons.length}${listed(reasons)}`,
    `fates: ${generations.length}${listed(generations.map(({ planned: { fate } }) => fate.kind))}`,
    `attempts: ${attempts.length}${listed(attempts.map(({ outcome }) => outcome))}`,
    ...VERDICTS.map(([verdict, words]) => `${words}: ${countOf(findings, verdict)}`),
    regenerated(generations),
    missing(generations),
    `accidents: ${accidents.length}${listed(accidents.map(({ kind }) => kind))}`,
    `faults of the wire: ${faults.length} in ${records.length} requests${listed(faults)}`,
    behind(report),
    `duration: ${(tookMs / 1_000).toFixed(1)} s`,
    ...oddities.map((oddity) => `odd: ${oddity}`),
    ...generations.flatMap(failureLines),
    isClean(report) ? 'Nothing wrong was found.' : 'Something is wrong: see above.',
  ];
}

/** All that is known of a run, as JSON. */
export function factsOf({ seed, accidents, lags, oddities, generations }: ChaosReport): string {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value;
  const each = generations.map(({ planned, judgement, facts }) => {
    const { accidents: _ofTheRun, lags: _ofTheRunToo, conditions: _always, ...own } = facts;
    return { planned, findings: judgement.findings, ...own };
  });
  return JSON.stringify({ seed, oddities, accidents, lags, generations: each }, plain, 2);
}

function countOf(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

function failureLines({ planned, facts, judgement }: JudgedGeneration): string[] {
  const about = `${planned.model}, ${planned.fate.kind}, ${facts.document?.status ?? 'unread'}`;
  return judgement.findings.map(({ verdict, detail }) => `${verdict} in ${planned.id} (${about}): ${detail}`);
}

function regenerated(generations: readonly JudgedGeneration[]): string {
  const again = generations.reduce((sum, { judgement }) => sum + judgement.regeneratedCharacters, 0);
  const kept = generations.reduce((sum, { facts }) => sum + (facts.document?.text.length ?? 0), 0);
  const share = kept === 0 ? 0 : (again / kept) * 100;
  return `regenerated: ${again} characters beside ${kept} kept (${share.toFixed(2)} %)`;
}

/** How near the attempts came to losing too much. */
function missing(generations: readonly JudgedGeneration[]): string {
  const all = generations.flatMap(({ facts }) => missingOf(facts));
  const most = (lost: boolean): number =>
    Math.max(
      0,
      ...all.flatMap(({ outcome, characters }) => ((outcome === 'worker_lost') === lost ? [characters] : [])),
    );
  return `most characters missing of what had been sent: ${most(true)} where a worker was lost, ${most(false)} elsewhere`;
}

/** What the verdicts on times, and on what a lost worker had received, have been lenient by. */
function behind({ lags, heartbeatAges }: ChaosReport): string {
  const late = lags.map(({ ms }) => ms);
  return (
    `the machine was behind by ${share(late, 0.5)} ms half of the time, by ${share(late, 1)} ms at worst; ` +
    `heartbeats were ${share(heartbeatAges, 0.5)} ms old half of the time, ${share(heartbeatAges, 0.99)} ms at most in 99 %`
  );
}

/** What so great a share of the values does not exceed. */
function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0);
}

/** ` (3 of this, 2 of that)`, the most frequent first. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const parts = [...counts].toSorted(([one, a], [other, b]) => b - a || one.localeCompare(other));
  return ` (${parts.map(([name, count]) => `${count} ${name}`).join(', ')})`;
}
