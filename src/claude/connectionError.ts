/** Why no response came, or why it broke off: one short word for each way a connection fails. */
import type { GenerationError } from '../generation/error.ts';

/**
 * `error.kind` of a lost connection. The first group: the network. The second: a response that came and cannot have
 * been a whole message.
 */
export type ConnectionErrorKind =
  | 'connection_refused'
  | 'connection_reset'
  | 'connection_timed_out'
  | 'host_not_found'
  | 'host_unreachable'
  | 'tls_error'
  | 'proxy_refused'
  | 'malformed_response'
  | 'unexpected_error'
  | 'ended_early'
  | 'not_an_event_stream'
  | 'malformed_event'
  | 'contradictory_event'
  | 'no_stop_reason';

const KIND_BY_CODE: ReadonlyMap<string, ConnectionErrorKind> = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['ECONNABORTED', 'connection_reset'],
  ['ETIMEDOUT', 'connection_timed_out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connection_timed_out'],
  ['UND_ERR_HEADERS_TIMEOUT', 'connection_timed_out'],
  ['UND_ERR_BODY_TIMEOUT', 'connection_timed_out'],
  ['ENOTFOUND', 'host_not_found'],
  ['EAI_AGAIN', 'host_not_found'],
  ['EHOSTUNREACH', 'host_unreachable'],
  ['ENETUNREACH', 'host_unreachable'],
  ['EHOSTDOWN', 'host_unreachable'],
  ['ENETDOWN', 'host_unreachable'],
  ['EADDRNOTAVAIL', 'host_unreachable'],
  // undici's word for a socket that the other side closed in the ordinary way, before the response was whole.
  ['UND_ERR_SOCKET', 'ended_early'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ended_early'],
  // Headers of more than 16 KiB, from whatever it is that sends them.
  ['UND_ERR_HEADERS_OVERFLOW', 'malformed_response'],
  ['UND_ERR_PRX_TLS', 'tls_error'],
  // Thrown by the proxy agent alone in our use: our own aborts are recognised before anything is classified.
  ['UND_ERR_ABORTED', 'proxy_refused'],
]);

const MESSAGES: Readonly<Record<ConnectionErrorKind, string>> = {
  connection_refused: 'the connection was refused',
  connection_reset: 'the connection was reset',
  connection_timed_out: 'the connection timed out',
  host_not_found: 'the host name was not found',
  host_unreachable: 'the host is out of reach',
  tls_error: 'no secure connection came about',
  proxy_refused: 'the proxy refused the connection',
  malformed_response: 'the response is not HTTP',
  unexpected_error: 'the request failed in an unforeseen way',
  ended_early: 'the connection was closed before the message ended',
  not_an_event_stream: 'the response is no event stream',
  malformed_event: 'the stream holds an event that cannot be read',
  contradictory_event: 'the stream contradicts itself',
  no_stop_reason: 'the stream ended without a stop reason',
};

const ADVICE: Partial<Record<ConnectionErrorKind, string>> = {
  connection_refused: 'is anything listening there? see ANTHROPIC_BASE_URL and HTTPS_PROXY',
  host_not_found: 'see ANTHROPIC_BASE_URL and HTTPS_PROXY',
  host_unreachable: 'see ANTHROPIC_BASE_URL and HTTPS_PROXY',
  tls_error: 'NODE_EXTRA_CA_CERTS names further authorities to trust',
  proxy_refused: 'see HTTPS_PROXY and NO_PROXY',
  not_an_event_stream: 'see ANTHROPIC_BASE_URL',
};

/** @param detail an address, a code, a content type: never text of the stream */
export function lostConnection(kind: ConnectionErrorKind, detail: string | null): GenerationError {
  const advice = ADVICE[kind];
  const where = detail === null ? '' : ` (${detail})`;
  return { kind, message: MESSAGES[kind] + where + (advice === undefined ? '' : `; ${advice}`) };
}

/** Finds the cause below the wrappers of the SDK, of fetch and of address selection. Never throws. */
export function connectionError(error: unknown): GenerationError {
  const chain = causesOf(error);
  for (const cause of chain.toReversed()) {
    if (cause.name === 'HTTPParserError') return parserError(cause);
    const code = codeOf(cause);
    const kind = code === null ? null : kindOfCode(code);
    if (code !== null && kind !== null) return lostConnection(kind, detailOf(cause, code, kind));
  }
  if (chain.some((cause) => cause.name === 'APIConnectionTimeoutError')) {
    return lostConnection('connection_timed_out', null);
  }
  // Only the name: messages of unforeseen errors may quote a header, a key among them.
  return lostConnection('unexpected_error', chain.at(-1)?.name ?? typeof error);
}

/** undici's parser gives no code, and keeps the bytes it stumbled over: nothing of it may be quoted. */
function parserError(error: Error): GenerationError {
  const endedInside = error.message.includes('Invalid EOF state');
  return lostConnection(endedInside ? 'ended_early' : 'malformed_response', null);
}

const DEEPEST_CAUSE = 8;

function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  let cause: unknown = error;
  while (cause instanceof Error && chain.length < DEEPEST_CAUSE) {
    chain.push(cause);
    // One failed try for each address of a host; the first stands for all.
    cause = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause.cause;
  }
  return chain;
}

function codeOf(error: Error): string | null {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : null;
}

function kindOfCode(code: string): ConnectionErrorKind | null {
  const kind = KIND_BY_CODE.get(code);
  if (kind !== undefined) return kind;
  return /CERT|^ERR_(TLS|SSL)|^EPROTO$|UNABLE_TO_|SIGNATURE/.test(code) ? 'tls_error' : null;
}

function detailOf(error: Error, code: string, kind: ConnectionErrorKind): string {
  const { address, port, hostname } = error as { address?: unknown; port?: unknown; hostname?: unknown };
  if (typeof address === 'string') return typeof port === 'number' ? `${address}:${port}` : address;
  if (typeof hostname === 'string') return hostname;
  const proxyStatus = kind === 'proxy_refused' ? /\((\d{3})\)/.exec(error.message)?.[1] : undefined;
  return proxyStatus === undefined ? code : `status ${proxyStatus}`;
}
