/** Statuses that are no 200, and error events inside a response that was one. */
import { played, simulated } from './wireFault.ts';
import type { Way, WireFault } from './wireFault.ts';

function status(code: number, kind: string, headers: Record<string, string> = {}): Way {
  const named = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return {
    name: [String(code), ...named].join(', '),
    detail: kind,
    how: simulated({ kind: 'status', status: code, headers }),
  };
}

/** A status whose body the API did not write. */
function page(code: number, kind: string): Way {
  return {
    name: `${code}, a web page`,
    detail: kind,
    how: played(({ exchange }) => {
      exchange.respond(code, { 'content-type': 'text/html' });
      exchange.send('<!doctype html>\n<title>Bad Gateway</title>\n');
      exchange.endBody();
    }),
  };
}

function errorEvent(type: string, detail = type): Way {
  return {
    name: '',
    detail,
    how: simulated({ kind: 'error_event', afterCharacters: 600, type, message: 'As the table says.' }),
  };
}

/** In whole seconds, as HTTP dates are. */
function dateIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toUTCString();
}

function jsonError(code: number, headers: Record<string, string>, error: object) {
  return played(({ exchange }) => {
    exchange.respond(code, { 'content-type': 'application/json', ...headers });
    exchange.send(JSON.stringify({ type: 'error', error }));
    exchange.endBody();
  });
}

const RATE_LIMIT = { type: 'rate_limit_error', message: 'As the table says.' };

export const REFUSALS: readonly WireFault[] = [
  {
    cause: 'a status that asking again does not mend',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'nothing',
    ways: [
      status(400, 'invalid_request_error'),
      status(401, 'authentication_error'),
      status(402, 'billing_error'),
      status(403, 'permission_error'),
      status(404, 'not_found_error'),
      status(413, 'request_too_large'),
      status(422, 'invalid_request_error'),
    ],
  },
  {
    cause: 'a status that asking again may mend',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      page(408, 'timeout_error'),
      page(409, 'conflict_error'),
      status(429, 'rate_limit_error'),
      status(500, 'api_error'),
      status(502, 'api_error'),
      status(503, 'api_error'),
      status(504, 'timeout_error'),
      status(529, 'overloaded_error'),
      page(502, 'api_error'),
    ],
  },
  {
    cause: 'a status and how long to wait',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      { ...status(429, 'rate_limit_error', { 'retry-after': '3' }), waitsMs: 3_000 },
      { ...status(529, 'overloaded_error', { 'retry-after-ms': '2500' }), waitsMs: 2_500 },
      {
        name: '503, retry-after: a date',
        detail: 'api_error',
        how: played(({ exchange }) => {
          exchange.respond(503, { 'retry-after': dateIn(4) });
          exchange.endBody();
        }),
        // The date has no parts of a second.
        waitsMs: 2_500,
      },
    ],
  },
  {
    cause: 'a status and a wait that is longer than the budget',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'nothing',
    ways: [status(429, 'rate_limit_error', { 'retry-after': '3600' })],
  },
  {
    cause: 'the same refusal three times in a row',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      { ...status(429, 'rate_limit_error'), times: 3 },
      { ...status(529, 'overloaded_error'), times: 3 },
    ],
  },
  {
    cause: 'x-should-retry says otherwise than the status',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'nothing',
    ways: [status(400, 'invalid_request_error', { 'x-should-retry': 'true' })],
  },
  {
    cause: 'x-should-retry says otherwise than the status',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'nothing',
    ways: [status(500, 'api_error', { 'x-should-retry': 'false' })],
  },
  {
    cause: 'a budget of the account is spent',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'nothing',
    ways: [
      {
        name: '429',
        detail: 'workspace_spend_limit_reached',
        how: jsonError(
          429,
          { 'retry-after': '1' },
          {
            ...RATE_LIMIT,
            details: { error_code: 'workspace_spend_limit_reached' },
          },
        ),
      },
    ],
  },
  {
    cause: 'a status that answers another question',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'nothing',
    ways: [
      {
        name: '304',
        detail: 'http_error',
        how: played(({ exchange }) => exchange.raw('HTTP/1.1 304 Not Modified\r\n\r\n')),
      },
    ],
  },
  {
    cause: 'an error event that asking again does not mend',
    outcome: 'api_error',
    next: 'fails at once',
    kept: 'what came',
    ways: [
      errorEvent('invalid_request_error'),
      errorEvent('authentication_error'),
      errorEvent('billing_error'),
      errorEvent('permission_error'),
      errorEvent('not_found_error'),
      errorEvent('request_too_large'),
      errorEvent('workspace_spend_limit_reached'),
    ],
  },
  {
    cause: 'an error event that asking again may mend',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'what came',
    ways: [
      errorEvent('rate_limit_error'),
      errorEvent('timeout_error'),
      errorEvent('api_error'),
      errorEvent('overloaded_error'),
      errorEvent('an_error_nobody_knows'),
    ],
  },
  {
    cause: 'an error event whose type is no word',
    outcome: 'api_error',
    next: 'goes on',
    kept: 'what came',
    ways: [errorEvent('Something went wrong', 'api_error')],
  },
];
