/** How many responses are served at once: what a request beyond that is answered. Pure. */
import { apiError } from './apiRules.ts';
import type { ApiError } from './apiRules.ts';
import type { Settings } from './profile.ts';

export interface Refusal {
  error: ApiError;
  headers: Record<string, string>;
}

/** Null while there is room for one more beside those being served. */
export function refuseForCapacity(capacity: Settings['capacity'], serving: number): Refusal | null {
  if (capacity === undefined || serving < capacity.concurrent) return null;
  const { concurrent, status, retryAfterS, retryAfterMs } = capacity;
  const headers: Record<string, string> = {};
  if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS);
  if (retryAfterMs !== undefined) headers['retry-after-ms'] = String(retryAfterMs);
  return { error: apiError(status, `The endpoint serves ${concurrent} responses at once.`), headers };
}
