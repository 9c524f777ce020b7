/** How long the server asked to wait: `retry-after-ms`, else `retry-after` as seconds or as an HTTP date. */

/**
 * @returns milliseconds, any length (the caller knows its budget); 0 for a date in the past; null when not asked,
 * or not readable
 */
export function retryAfterMs(headers: Headers | undefined, nowEpochMs: number): number | null {
  const milliseconds = readNumber(headers?.get('retry-after-ms'));
  if (milliseconds !== null) return Math.round(milliseconds);
  const value = headers?.get('retry-after');
  const seconds = readNumber(value);
  if (seconds !== null) return Math.round(seconds * 1000);
  // Date.parse takes "-5" and "5x" for years; an HTTP date begins with the name of a day.
  if (value == null || !/^[A-Za-z]{3}/.test(value)) return null;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowEpochMs);
}

function readNumber(value: string | null | undefined): number | null {
  return value != null && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : null;
}
