/** The SDK's client, made to do nothing but authenticate, set headers and type errors. */
import { Anthropic } from '@anthropic-ai/sdk';
import { fetch } from 'undici';
import type { Dispatcher } from 'undici';
import { dispatcherMaker } from './dispatcher.ts';
import { withBoundedErrorBody } from './errorBody.ts';

export interface ClaudeCredentials {
  apiKey: string | null;
  authToken: string | null;
  /** Where the Messages API is; null: Anthropic's own. */
  baseUrl: string | null;
  httpsProxy: string | null;
  noProxy: string | null;
}

const ANTHROPIC_BASE_URL = 'https://api.anthropic.com';

/** The longest time one timer can hold: the SDK's own time limit, so that it never fires before the watch does. */
export const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Everything is given, nothing left open: an option left out would be looked up in the environment or in the
 * credential files of the machine. One thing the SDK reads all the same: extra headers from
 * `ANTHROPIC_CUSTOM_HEADERS`, for which it has no option.
 *
 * With both a key and a token the key is used, as the SDK does.
 *
 * @throws TypeError without either, since the SDK would go and look for a credential of its own
 */
export function createClaudeClient(credentials: ClaudeCredentials): Anthropic {
  const makeDispatcher = dispatcherMaker(credentials.httpsProxy, credentials.noProxy);
  return new Anthropic({
    ...authentication(credentials),
    baseURL: given(credentials.baseUrl) ?? ANTHROPIC_BASE_URL,
    webhookKey: null,
    maxRetries: 0,
    timeout: LONGEST_TIMEOUT_MS,
    logLevel: 'off',
    openTelemetry: false,
    // undici's types differ from those of the built-in fetch in name only.
    fetch: fetchThrough(makeDispatcher) as unknown as typeof globalThis.fetch,
    // A compressor on the way would hold deltas back until it has enough of them.
    defaultHeaders: { 'accept-encoding': 'identity' },
  });
}

/**
 * A fetch whose every request has a dispatcher of its own, destroyed when the request is aborted or has failed. Where a
 * response is read to its end, its socket closes by itself (see `dispatcher.ts`).
 *
 * A watched stream never leaves its socket to another one, so nothing is lost; and a dispatcher that outlives an
 * aborted request connects again at once (undici 7.30: the request keeps its place in the queue until there is a
 * socket to notice on that it was aborted), which would cost each stream a second connection. Destroying also closes
 * a socket that is still being connected.
 */
function fetchThrough(makeDispatcher: () => Dispatcher) {
  return async (url: string, init: { signal?: AbortSignal }) => {
    const dispatcher = makeDispatcher();
    const close = () => void dispatcher.destroy().catch(() => {});
    init.signal?.addEventListener('abort', close, { once: true });
    try {
      // Our own undici's fetch, because Node's takes no dispatcher from another version.
      const response = await withBoundedErrorBody(await fetch(url, { ...init, dispatcher }));
      if (!response.ok) close();
      return response;
    } catch (error) {
      close();
      throw error;
    }
  };
}

function authentication(credentials: ClaudeCredentials) {
  const apiKey = given(credentials.apiKey);
  const authToken = given(credentials.authToken);
  if (apiKey !== null) return { apiKey, authToken: null };
  if (authToken !== null) return { apiKey: null, authToken };
  throw new TypeError('no way to authenticate to Claude: set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN');
}

function given(value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value.trim();
}
