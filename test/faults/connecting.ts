/** What goes wrong before there is a response, and around its headers. */
import * as address from './addresses.ts';
import { addressed, played, simulated } from './wireFault.ts';
import type { Way, WireFault } from './wireFault.ts';

const EVENT_STREAM = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const CHUNKED = `${EVENT_STREAM}transfer-encoding: chunked\r\n\r\n`;

export const CONNECTING: readonly WireFault[] = [
  {
    cause: 'nobody listens at the address',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [{ name: '', detail: 'connection_refused', how: addressed(address.nobodyListens) }],
  },
  {
    cause: 'the host name is not found',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [{ name: '', detail: 'host_not_found', how: addressed(address.nobodyHasTheName) }],
  },
  {
    cause: 'no secure connection comes about',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: 'a certificate signed by itself',
        detail: 'tls_error',
        how: addressed(address.certificateSignedByItself),
      },
      {
        name: 'plain HTTP at an https address',
        detail: 'tls_error',
        how: addressed(address.plainHttpWhereTlsIsSpoken),
      },
    ],
  },
  {
    cause: 'the proxy refuses the tunnel',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [{ name: '', detail: 'proxy_refused', how: addressed(address.proxyThatRefuses) }],
  },
  {
    cause: 'the request is taken and never answered',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: 'not a byte',
        detail: 'connect, no_bytes',
        how: simulated({ kind: 'no_headers' }),
        limits: { connectMs: 1_000 },
      },
      {
        name: 'half of the headers',
        detail: 'connect, no_bytes',
        how: played(({ exchange }) => exchange.raw(`${EVENT_STREAM}server: sl`)),
        limits: { connectMs: 1_000 },
      },
      {
        name: 'headers without an end, letter by letter',
        detail: 'connect, no_bytes',
        how: played(({ exchange }) => {
          exchange.raw(`${EVENT_STREAM}server: `);
          const timer = setInterval(() => exchange.raw('s'), 50);
          void exchange.closed.then(() => clearInterval(timer));
        }),
        limits: { connectMs: 1_000 },
      },
    ],
  },
  {
    cause: 'the connection ends before the headers do',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      { name: 'reset', detail: 'connection_reset', how: played(({ exchange }) => exchange.reset()) },
      { name: 'closed', detail: 'ended_early', how: played(({ exchange }) => exchange.fin()) },
      {
        name: 'closed within them',
        detail: 'ended_early',
        how: played(({ exchange }) => {
          exchange.raw(EVENT_STREAM);
          exchange.fin();
        }),
      },
    ],
  },
  {
    cause: 'what answers does not speak HTTP',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: 'another protocol',
        detail: 'malformed_response',
        how: played(({ exchange }) => exchange.raw('SSH-2.0-OpenSSH_9.6\r\n\r\n')),
      },
      {
        name: 'headers of a megabyte',
        detail: 'malformed_response',
        how: played(({ exchange }) => exchange.raw(`${EVENT_STREAM}server: ${'s'.repeat(1_000_000)}`)),
      },
      {
        name: 'content-encoding: gzip, and no gzip',
        detail: 'unexpected_error',
        how: played(({ exchange, reply, send }) => {
          exchange.respond(200, { 'content-encoding': 'gzip' });
          send(...reply.all);
        }),
      },
      {
        name: 'a chunk whose length is no number',
        detail: 'malformed_response',
        how: played(({ exchange }) => exchange.raw(`${CHUNKED}long\r\n`)),
      },
    ],
  },
  {
    cause: 'an interim answer comes first, as it may',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [
      interim('102 Processing', 'end_turn', 'HTTP/1.1 102 Processing\r\n\r\n'),
      interim('103 Early Hints', 'end_turn', 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n'),
    ],
  },
  {
    cause: 'an interim answer comes first that nobody asked for',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    // RFC 9110, 15.2 would have the first passed over; undici closes the connection on both.
    ways: [
      interim('100 Continue', 'ended_early', 'HTTP/1.1 100 Continue\r\n\r\n'),
      interim(
        '101 Switching Protocols',
        'ended_early',
        'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      ),
    ],
  },
  {
    cause: 'a redirection to where the answer is',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [redirection(307, '/v1/messages', 'end_turn'), redirection(308, '/v1/messages', 'end_turn')],
  },
  {
    cause: 'a redirection to a web page',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [redirection(302, '/', 'not_an_event_stream'), redirection(303, '/', 'not_an_event_stream')],
  },
];

function interim(name: string, detail: string, bytes: string): Way {
  return {
    name,
    detail,
    how: played(({ exchange, reply, send }) => {
      exchange.raw(bytes);
      exchange.respond();
      send(...reply.all);
    }),
  };
}

function redirection(status: number, location: string, detail: string): Way {
  return {
    name: String(status),
    detail,
    how: played(({ exchange }) => {
      exchange.respond(status, { location });
      exchange.endBody();
    }),
  };
}
