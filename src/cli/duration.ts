/** Durations as they are written on the command line. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

export type ParsedDuration = { ok: true; ms: number } | { ok: false; repair: string };

/** `1500ms`, `1.5s`, `25s`, `30m`, `2h`, or bare milliseconds; always a whole number of milliseconds. */
export function parseDuration(text: string): ParsedDuration {
  const [, number, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const exact = Number(number) * (UNIT_MS[unit] ?? NaN);
  const ms = Math.round(exact);
  // 1.1 s is 1100.0000000000001 ms in binary: that much is no fraction.
  if (!Number.isSafeInteger(ms) || Math.abs(exact - ms) > 1e-6) {
    return { ok: false, repair: 'give a duration such as 1500ms, 25s, 30m or 2h, or bare milliseconds' };
  }
  return { ok: true, ms };
}

/** The shortest form that `parseDuration` reads back to the same number. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's']) {
    const size = UNIT_MS[unit] ?? 1;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** For a status line: `27:35`, or `1:04:09`. Whole seconds, rounded down; never below zero. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
