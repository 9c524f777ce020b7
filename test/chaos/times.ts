/** Times as Temporal and the ledger write them, in milliseconds since the epoch. */

export function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

export function millisecondsOf(
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
}
