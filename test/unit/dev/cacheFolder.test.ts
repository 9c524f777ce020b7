import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { userCacheFolder } from '../../../src/dev/cacheFolder.ts';

it.each([
  ['an absolute XDG_CACHE_HOME is used', '/var/caches', '/var/caches/throughline'],
  ['none → ~/.cache', null, join(homedir(), '.cache', 'throughline')],
  ['a relative one is ignored', 'caches', join(homedir(), '.cache', 'throughline')],
])('%s', (_, value, folder) => {
  expect(userCacheFolder(value)).toBe(folder);
});
