/** Responses that stay open and bring no content, and those that bring it late. */
import * as sse from '../unit/claude/sse.ts';
import { played, simulated } from './wireFault.ts';
import type { Way, WireFault } from './wireFault.ts';
import type { Scene } from './scene.ts';

const PATIENCE_MS = 1_000;
const BEFORE_TEXT = { firstTokenMs: PATIENCE_MS };
const AMID_TEXT = { interTokenMs: PATIENCE_MS };
/** Within the limit, but more than a whole budget in all. */
const DRIP_MS = 600;

function amidText(name: string, silence: string, go: (scene: Scene) => void): Way {
  return {
    name,
    detail: `inter_token, ${silence}`,
    how: played((scene) => {
      scene.exchange.respond();
      scene.sendFirstHalf();
      go(scene);
    }),
    limits: AMID_TEXT,
  };
}

/** Holds the whole response back for so long. */
function buffered(headers: 'headers_first' | 'headers_with_it', forMs: number) {
  return played(({ exchange, reply, send }) => {
    if (headers === 'headers_first') exchange.respond();
    setTimeout(() => {
      if (headers === 'headers_with_it') exchange.respond();
      send({ bytes: reply.all.map(({ bytes }) => bytes).join(''), text: '' });
    }, forMs);
  });
}

export const SILENCES: readonly WireFault[] = [
  {
    cause: 'the response has headers and never a word',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: 'not a byte',
        detail: 'first_token, no_bytes',
        how: played(({ exchange }) => exchange.respond()),
        limits: BEFORE_TEXT,
      },
      {
        name: 'comments',
        detail: 'first_token, comments_only',
        how: played(({ exchange, repeat }) => {
          exchange.respond();
          repeat(sse.comment, 100);
        }),
        limits: BEFORE_TEXT,
      },
      {
        name: 'message_start and pings',
        detail: 'first_token, pings_only',
        how: simulated({ kind: 'no_first_token' }),
        limits: BEFORE_TEXT,
      },
    ],
  },
  {
    cause: 'the text stops and the connection stays open',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'what came',
    ways: [
      ...(
        [
          ['not a byte', 'nothing', 'no_bytes'],
          ['comments', 'comments', 'comments_only'],
          ['pings', 'pings', 'pings_only'],
          ['empty deltas', 'empty_deltas', 'pings_only'],
          ['unknown events', 'unknown_events', 'pings_only'],
        ] as const
      ).map(([name, silence, noticed]) => ({
        name,
        detail: `inter_token, ${noticed}`,
        how: simulated({ kind: 'stall', afterCharacters: 600, silence, everyMs: 100 }),
        limits: AMID_TEXT,
      })),
      amidText('an event that never ends, letter by letter', 'pings_only', ({ exchange, repeat }) => {
        exchange.send('event: content_block_delta\ndata: {"type":"');
        repeat('x', 50);
      }),
    ],
  },
  {
    cause: 'the text stops, and much else comes',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'what came',
    ways: [
      amidText('comments by the thousand', 'comments_only', ({ repeat }) =>
        repeat(sse.comment.repeat(500), 10),
      ),
      amidText('pings by the thousand', 'pings_only', ({ repeat }) => repeat(sse.ping.repeat(500), 10)),
    ],
  },
  {
    cause: 'a block was closed and nothing follows',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'what came',
    ways: [
      {
        name: '',
        detail: 'thinking, no_bytes',
        how: played(({ exchange, reply, send }) => {
          exchange.respond();
          send(reply.messageStart, reply.blockStart, ...reply.deltas, reply.blockStop);
        }),
        limits: { thinkingMs: PATIENCE_MS },
      },
    ],
  },
  {
    cause: 'text drips, each piece just within the limit, until the budget is spent',
    outcome: 'budget_spent',
    next: 'timed_out',
    kept: 'what came',
    ways: [
      {
        name: '',
        detail: '',
        how: played(({ exchange, reply, send }) => {
          exchange.respond();
          const drops = [reply.messageStart, reply.blockStart, ...reply.deltas];
          send(...drops.splice(0, 3));
          const timer = setInterval(() => send(...drops.splice(0, 1)), DRIP_MS);
          void exchange.closed.then(() => clearInterval(timer));
        }),
        limits: { ...AMID_TEXT, totalMs: 12_000 },
        // One on its way when the attempt ends itself, and one before the closed connection is seen.
        mayLoseCharacters: 60,
      },
    ],
  },
  {
    cause: 'something on the way holds the response back until it is whole, too long',
    outcome: 'stalled',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: 'its headers, too',
        detail: 'connect, no_bytes',
        how: buffered('headers_with_it', 4_000),
        limits: { connectMs: PATIENCE_MS },
      },
      {
        name: 'its body only',
        detail: 'first_token, no_bytes',
        how: buffered('headers_first', 4_000),
        limits: BEFORE_TEXT,
      },
    ],
  },
  {
    cause: 'something on the way holds the response back until it is whole, within the limit',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [
      {
        name: 'its headers, too',
        detail: 'end_turn',
        how: buffered('headers_with_it', 500),
        limits: { connectMs: 4_000 },
      },
      {
        name: 'its body only',
        detail: 'end_turn',
        how: buffered('headers_first', 500),
        limits: { firstTokenMs: 4_000 },
      },
    ],
  },
];
