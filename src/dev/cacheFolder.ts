import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where downloaded programs are kept. A relative `XDG_CACHE_HOME` is ignored, as the XDG Base Directory
 * Specification demands: it would mean another folder in each working directory.
 */
export function userCacheFolder(xdgCacheHome: string | null): string {
  const base = xdgCacheHome !== null && isAbsolute(xdgCacheHome) ? xdgCacheHome : join(homedir(), '.cache');
  return join(base, 'throughline');
}
