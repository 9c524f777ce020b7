/** What people read of generations: closing lines, a status, a list. Pure. */
import type { ListedGeneration } from '../client/index.ts';
import type { AttemptRecord } from '../generation/attempt.ts';
import type { ResultDocument, StatusDocument } from '../generation/result.ts';
import { count } from './statusLine.ts';

/** For stderr, once the text is printed. */
export function closingLines(document: ResultDocument): string[] {
  const { id, status, stopReason, error, attempts, simulated, verified } = document;
  const reason = status === 'incomplete' && stopReason !== null ? ` (${stopReason})` : '';
  const lines = [
    `${id}: ${status}${reason} · ${count(document.text.length)} characters · ${attemptsText(attempts)}`,
  ];
  if (error !== null) lines.push(`${error.kind}: ${error.message}`);
  if (!verified) lines.push('A seam of this text is unverified: `throughline status` shows which.');
  if (simulated) lines.push('SIMULATED: this text is from the simulator, not from Claude.');
  return lines;
}

/** `1 attempt`, or `3 attempts (stalled, worker_lost, complete)`. */
function attemptsText(attempts: readonly AttemptRecord[]): string {
  if (attempts.length === 1) return '1 attempt';
  const outcomes = attempts.length === 0 ? '' : ` (${attempts.map(({ outcome }) => outcome).join(', ')})`;
  return `${attempts.length} attempts${outcomes}`;
}

export function statusReport(document: StatusDocument): string {
  const rows: [string, string | null][] = [
    ['id', document.id],
    ['status', document.status],
    ['stop reason', document.stopReason],
    ['model', document.model],
    ['enqueued', document.enqueuedAt],
    ['started', document.startedAt],
    ['ended', document.endedAt],
    ['verified', document.verified ? 'yes' : 'no'],
    ['simulated', document.simulated ? 'yes' : null],
    ['error', document.error === null ? null : `${document.error.kind}: ${document.error.message}`],
    ...document.attempts.map((attempt): [string, string] => [
      `attempt ${attempt.number}`,
      attemptReport(attempt),
    ]),
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function attemptReport(attempt: AttemptRecord): string {
  const parts: string[] = [attempt.outcome];
  if (attempt.phase !== null) parts.push(attempt.phase);
  if (attempt.silence !== null) parts.push(attempt.silence);
  parts.push(attempt.model);
  if (attempt.resume !== 'none') parts.push(attempt.resume);
  parts.push(`${count(attempt.keptCharacters)} characters kept`);
  if (attempt.seam !== null)
    parts.push(`seam ${attempt.seam.kind}${attempt.seam.verified ? '' : ', unverified'}`);
  if (attempt.error !== null) parts.push(attempt.error.message);
  return parts.join(' · ');
}

export function listReport(generations: readonly ListedGeneration[]): string {
  const rows = generations.map(({ id, status, model, attempts, characters, enqueuedAt, endedAt }) => [
    id,
    status,
    model ?? '-',
    String(attempts),
    count(characters),
    enqueuedAt,
    endedAt ?? '-',
  ]);
  const table = [['ID', 'STATUS', 'MODEL', 'ATTEMPTS', 'CHARACTERS', 'ENQUEUED', 'ENDED'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
