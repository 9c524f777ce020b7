/** What the Temporal UI shows of a generation, in words. Never text of the generation. */
import type { AttemptPlan, AttemptRecord } from '../generation/attempt.ts';
import type { GenerationState } from '../generation/fold.ts';
import type { GenerationStatus } from '../generation/result.ts';

export function attemptSummary(plan: AttemptPlan): string {
  const how =
    plan.resume === 'none'
      ? 'from the beginning'
      : `${plan.resume} after ${count(plan.keptCharacters)} characters`;
  return `attempt ${plan.number} · ${plan.model} · ${how}`;
}

export function waitSummary(afterMs: number, because: string): string {
  return `${seconds(afterMs)} before the next attempt · ${because}`;
}

/** Markdown. */
export function currentDetails(
  state: GenerationState,
  status: GenerationStatus,
  doing: string,
  budgetLeftMs: number,
): string {
  const budget = Number.isFinite(budgetLeftMs) ? seconds(Math.max(0, budgetLeftMs)) : 'unbounded';
  const lines = [
    `**${status}** · ${count(state.text.length)} characters kept · budget left: ${budget}`,
    '',
    doing,
    '',
    '| # | model | resumed by | outcome | cause | kept | seam |',
    '|--:|---|---|---|---|--:|---|',
    ...state.attempts.map(row),
  ];
  return lines.join('\n');
}

function row(attempt: AttemptRecord): string {
  const seam =
    attempt.seam === null ? '' : `${attempt.seam.kind}${attempt.seam.verified ? '' : ' (unverified)'}`;
  const cells = [
    attempt.number,
    attempt.model,
    attempt.resume,
    attempt.outcome,
    cause(attempt),
    count(attempt.keptCharacters),
    seam,
  ];
  return `| ${cells.join(' | ')} |`;
}

function cause(attempt: AttemptRecord): string {
  if (attempt.phase !== null) return `${attempt.phase}, ${attempt.silence ?? ''}`;
  return attempt.error?.kind ?? attempt.stopReason ?? '';
}

/** Not `toLocaleString`: its output follows the ICU data of the Node version, and this runs in replays. */
function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
