/** The ledger as a small table of plain text. */
import type { AttemptRecord } from '../../client/index.ts';

const HEAD = ['#', 'resumed by', 'outcome', 'cause', 'kept', 'regenerated', 'seam'];

export function ledgerTable(attempts: readonly AttemptRecord[]): string[] {
  const rows = [HEAD, ...attempts.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function row(attempt: AttemptRecord): string[] {
  const { number, resume, outcome, keptCharacters, regeneratedCharacters, seam } = attempt;
  return [
    String(number),
    resume,
    outcome,
    causeOf(attempt),
    count(keptCharacters),
    // What a lost worker received after its last heartbeat, nobody knows.
    regeneratedCharacters === null ? 'unknown' : count(regeneratedCharacters),
    seam === null ? '' : `${seam.kind}, ${seam.verified ? 'verified' : 'not verified'}`,
  ];
}

/** Why an attempt ended as it did, in a few words; empty where its outcome says all. */
export function causeOf(attempt: AttemptRecord): string {
  if (attempt.phase !== null) {
    return `${attempt.phase}, ${attempt.silence ?? 'silent'}, noticed after ${count(attempt.detectedAfterMs ?? 0)} ms`;
  }
  return attempt.error?.kind ?? attempt.stopReason ?? '';
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}
