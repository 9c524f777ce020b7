/** How bytes reach the Messages API: sockets for one request, without time limits, through a proxy if one is named. */
import { Agent, buildConnector, EnvHttpProxyAgent, Pool } from 'undici';
import type { Dispatcher } from 'undici';

/**
 * undici would end a request by itself: 10 s to connect, 300 s without headers, 300 s without bytes. The watch alone
 * judges here, so each of them is off. `connections` stays unlimited: a stream must never queue behind another.
 */
const NO_TIME_LIMITS = { connectTimeout: 0, headersTimeout: 0, bodyTimeout: 0 };

/**
 * A dispatcher serves one request, so nobody will ever use its socket again. undici would keep it for 4 s after a
 * response that was read to its end, and for as long as 10 min where the server's `keep-alive` header asks for it. Not
 * `pipelining: 0`, which says `connection: close`: a reply to that, when cut, ends like a whole one on Node 20.
 */
const NO_SECOND_REQUEST = { keepAliveTimeout: 1, keepAliveMaxTimeout: 1 };

const SOCKET_OPTIONS = { ...NO_TIME_LIMITS, ...NO_SECOND_REQUEST };

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
    return () => new Agent({ ...SOCKET_OPTIONS, connect });
  }
  const address = proxyAddress(httpsProxy);
  return () =>
    new EnvHttpProxyAgent({
      ...SOCKET_OPTIONS,
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
