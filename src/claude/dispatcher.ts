/** How bytes reach the Messages API: sockets without time limits of their own, through a proxy where one is named. */
import { Agent, buildConnector, EnvHttpProxyAgent, Pool } from 'undici';
import type { Dispatcher } from 'undici';

/**
 * undici would end a request by itself: 10 s to connect, 300 s without headers, 300 s without bytes. The watch alone
 * judges here, so each of them is off. `connections` stays unlimited: a stream must never queue behind another.
 */
const NO_TIME_LIMITS = { connectTimeout: 0, headersTimeout: 0, bodyTimeout: 0 };

/**
 * Makes the maker of dispatchers, one for each request.
 *
 * @param httpsProxy address of the proxy for `https:` addresses; without a scheme it is taken for `http://`
 * @param noProxy hosts that are reached directly, as in `NO_PROXY`
 * @throws TypeError when the proxy's address cannot be read
 */
export function dispatcherMaker(httpsProxy: string | null, noProxy: string | null): () => Dispatcher {
  if (httpsProxy === null || httpsProxy === '') {
    // Shared, for it remembers TLS sessions.
    const connect = buildConnector({ timeout: 0 });
    return () => new Agent({ ...NO_TIME_LIMITS, connect });
  }
  const address = proxyAddress(httpsProxy);
  return () =>
    new EnvHttpProxyAgent({
      ...NO_TIME_LIMITS,
      // Empty and not left out: what is left out would be read from the environment.
      httpProxy: '',
      httpsProxy: address,
      noProxy: noProxy ?? '',
      // The limits above do not reach the two handshakes a tunnel needs, nor the CONNECT request itself.
      proxyTls: { timeout: 0 },
      requestTls: { timeout: 0 },
      clientFactory: (origin, options) => new Pool(origin, { ...options, ...NO_TIME_LIMITS }),
    });
}

function proxyAddress(value: string): string {
  const address = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(address)) {
    // The value is not repeated: a proxy's address may hold a password.
    throw new TypeError('HTTPS_PROXY is not an address: write it as http://host:port');
  }
  return address;
}
