/** Responses whose bytes are not what they should be. */
import { gzipSync } from 'node:zlib';
import * as sse from '../unit/claude/sse.ts';
import { played, simulated } from './wireFault.ts';
import type { Way, WireFault } from './wireFault.ts';
import type { Reply, Scene } from './scene.ts';

const MEGABYTE = 1_000_000;
/** An event of this name may hold anything, so that it is its size alone that is wrong with it. */
const PASSED_OVER = 'event: weather\n';

/** A way that sends half of the text and then these bytes. */
function thenBytes(
  name: string,
  detail: string,
  bytes: string | Uint8Array | ((scene: Scene) => string),
): Way {
  return {
    name,
    detail,
    how: played((scene) => {
      scene.exchange.respond();
      scene.sendFirstHalf();
      scene.exchange.send(typeof bytes === 'function' ? bytes(scene) : bytes);
      scene.send(...scene.reply.all.slice(-3).map(({ bytes: end }) => ({ bytes: end, text: '' })));
    }),
  };
}

function bytesOf(reply: Reply): string {
  return reply.all.map(({ bytes }) => bytes).join('');
}

/** A way that is whole, written otherwise. */
function rewritten(name: string, write: (stream: string) => string | Uint8Array, headers = {}): Way {
  return {
    name,
    detail: 'end_turn',
    how: played(({ exchange, reply }) => {
      exchange.respond(200, headers);
      exchange.send(write(bytesOf(reply)));
      exchange.endBody();
    }),
  };
}

export const CONTENTS: readonly WireFault[] = [
  {
    cause: 'a 200 that is no event stream',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      { name: 'a web page', detail: 'not_an_event_stream', how: simulated({ kind: 'html_body' }) },
      { name: 'JSON', detail: 'not_an_event_stream', how: simulated({ kind: 'json_body' }) },
    ],
  },
  {
    cause: 'a success without a body',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      {
        name: '200',
        detail: 'ended_early',
        how: played(({ exchange }) => exchange.raw('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
      },
      {
        name: '204',
        detail: 'ended_early',
        how: played(({ exchange }) => exchange.raw('HTTP/1.1 204 No Content\r\n\r\n')),
      },
    ],
  },
  {
    cause: 'an event that cannot be read',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      thenBytes(
        'JSON cut short',
        'malformed_event',
        'event: content_block_delta\ndata: {"type":"content\n\n',
      ),
      thenBytes('no object', 'malformed_event', 'event: content_block_delta\ndata: [1,2]\n\n'),
      thenBytes('a text delta without text', 'malformed_event', sse.delta(0, 'text_delta', { words: 'x' })),
      {
        name: 'bytes that are not UTF-8',
        detail: 'malformed_event',
        how: played(async ({ exchange, sendFirstHalf, untilKept }) => {
          exchange.respond();
          sendFirstHalf();
          // Text that is read together with the damage is lost with it.
          await untilKept();
          exchange.send(Uint8Array.of(0x64, 0xc3, 0x28, 0x0a, 0x0a));
        }),
      },
    ],
  },
  {
    cause: 'a stream that contradicts itself',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      thenBytes('a delta of a block that never opened', 'contradictory_event', sse.text(7, ' stray')),
      thenBytes('a block that opens twice', 'contradictory_event', ({ reply }) => reply.blockStart.bytes),
      thenBytes('a second message_start', 'contradictory_event', ({ reply }) => reply.messageStart.bytes),
      thenBytes(
        'text after the stop reason',
        'contradictory_event',
        ({ reply }) => reply.messageDelta.bytes + sse.text(0, ' stray'),
      ),
      thenBytes(
        'message_stop without a stop reason',
        'no_stop_reason',
        ({ reply }) => reply.messageStop.bytes,
      ),
    ],
  },
  {
    cause: 'an event larger than any',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      thenBytes('a line of 20 MB', 'malformed_event', `${PASSED_OVER}data: ${'x'.repeat(20 * MEGABYTE)}\n\n`),
      thenBytes(
        '20 MB of lines without a blank one',
        'malformed_event',
        `${PASSED_OVER}${`data: ${'x'.repeat(93)}\n`.repeat(200_000)}\n`,
      ),
      {
        name: 'a line without end',
        detail: 'malformed_event',
        how: played((scene) => {
          scene.exchange.respond();
          scene.sendFirstHalf();
          scene.exchange.send(PASSED_OVER);
          // Then it is silent: whoever reads all this notices a stall instead.
          for (let megabytes = 0; megabytes < 20; megabytes += 1) scene.exchange.send('x'.repeat(MEGABYTE));
        }),
      },
    ],
  },
  {
    cause: 'a delta larger than all text that can be kept',
    outcome: 'complete',
    next: 'incomplete',
    kept: 'what fits',
    ways: [
      {
        name: '5 MB',
        detail: 'text_limit',
        how: played(({ exchange, sendFirstHalf, send }) => {
          exchange.respond();
          sendFirstHalf();
          const text = 'word '.repeat(MEGABYTE);
          send({ bytes: sse.text(0, text), text });
        }),
      },
    ],
  },
  {
    cause: 'the stream is written in an unusual way, and sound',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [
      rewritten('compressed by gzip', (stream) => gzipSync(stream), { 'content-encoding': 'gzip' }),
      rewritten('a byte order mark', (stream) => `\uFEFF${stream}`),
      rewritten('lines that end in CRLF', (stream) => stream.replaceAll('\n', '\r\n')),
      rewritten('lines that end in CR', (stream) => stream.replaceAll('\n', '\r')),
      rewritten('comments and unknown events in it', (stream) =>
        stream.replaceAll(
          'event: content_block_delta',
          `: hm\n\n${sse.event('weather')}event: content_block_delta`,
        ),
      ),
      rewritten('events without names', (stream) => stream.replaceAll(/^event: .*\n/gm, '')),
      {
        name: 'no content type and no chunks',
        detail: 'end_turn',
        how: played(({ exchange, reply }) => {
          exchange.raw('HTTP/1.1 200 OK\r\n\r\n');
          for (const { bytes } of reply.all) exchange.raw(bytes);
        }),
      },
      {
        name: 'in pieces of 7 bytes',
        detail: 'end_turn',
        how: simulated({ kind: 'slow_drip', bytesPerWrite: 7, everyMs: 0 }),
      },
    ],
  },
];
