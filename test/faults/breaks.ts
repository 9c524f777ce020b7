/** Responses that end, or are broken off, where they should not. */
import { constants, gzipSync } from 'node:zlib';
import { played, simulated } from './wireFault.ts';
import type { Way, WireFault } from './wireFault.ts';
import type { Scene } from './scene.ts';

/** A way that sends the beginning of a response and then ends it. */
function endedAfter(
  name: string,
  detail: string,
  end: 'endBody' | 'fin' | 'reset',
  begin: (scene: Scene) => void,
): Way {
  return {
    name,
    detail,
    how: played(async (scene) => {
      scene.exchange.respond();
      begin(scene);
      // Without it a reset would overtake the text, and nobody could say how much of it had been received.
      await scene.untilKept();
      scene.exchange[end]();
    }),
  };
}

const nothingMore = (): void => {};
const insideAnEvent = ({ exchange, reply, sendFirstHalf }: Scene): void => {
  sendFirstHalf();
  exchange.send(reply.deltas.at(-1)?.bytes.slice(0, -9) ?? '');
};

function gzipWithoutEnd(text: string): Uint8Array {
  return gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
}

export const BREAKS: readonly WireFault[] = [
  {
    cause: 'the connection is reset before any text',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      endedAfter('after the headers', 'connection_reset', 'reset', nothingMore),
      endedAfter('after message_start', 'connection_reset', 'reset', ({ reply, send }) =>
        send(reply.messageStart),
      ),
    ],
  },
  {
    cause: 'the connection is reset amid the text',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      endedAfter('between events', 'connection_reset', 'reset', ({ sendFirstHalf }) => sendFirstHalf()),
      endedAfter('inside the bytes of one', 'connection_reset', 'reset', insideAnEvent),
    ],
  },
  {
    cause: 'the body ends, as bodies end, before any text',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'nothing',
    ways: [
      { name: 'after the headers', detail: 'ended_early', how: simulated({ kind: 'empty_body' }) },
      endedAfter('after message_start', 'ended_early', 'endBody', ({ reply, send }) =>
        send(reply.messageStart),
      ),
      endedAfter('after content_block_start', 'ended_early', 'endBody', ({ reply, send }) =>
        send(reply.messageStart, reply.blockStart),
      ),
    ],
  },
  {
    cause: 'the body ends, as bodies end, amid the message',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      {
        name: 'after a delta',
        detail: 'ended_early',
        how: simulated({ kind: 'eof', afterCharacters: 600 }),
      },
      {
        name: 'after a delta, having said Connection: close',
        detail: 'ended_early',
        how: simulated({ kind: 'eof', afterCharacters: 600, connectionClose: true }),
      },
      endedAfter('inside an event', 'ended_early', 'endBody', insideAnEvent),
      {
        name: 'compressed, which ends too early, too',
        detail: 'ended_early',
        how: played(({ exchange, reply, receive }) => {
          const events = [reply.messageStart, reply.blockStart, ...reply.firstDeltas];
          exchange.respond(200, { 'content-encoding': 'gzip' });
          exchange.send(gzipWithoutEnd(events.map(({ bytes }) => bytes).join('')));
          events.forEach(receive);
          exchange.endBody();
        }),
      },
      endedAfter('after the whole text and content_block_stop', 'ended_early', 'endBody', (scene) => {
        const { messageStart, blockStart, deltas, blockStop } = scene.reply;
        scene.send(messageStart, blockStart, ...deltas, blockStop);
      }),
    ],
  },
  {
    cause: 'the connection is closed inside the body',
    outcome: 'connection_lost',
    next: 'goes on',
    kept: 'what came',
    ways: [
      endedAfter('chunked', 'ended_early', 'fin', ({ sendFirstHalf }) => sendFirstHalf()),
      {
        name: 'shorter than its content-length',
        detail: 'ended_early',
        how: played(async ({ exchange, reply, receive, untilKept }) => {
          exchange.raw('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99999\r\n\r\n');
          for (const event of [reply.messageStart, reply.blockStart, ...reply.firstDeltas]) {
            exchange.raw(event.bytes);
            receive(event);
          }
          await untilKept();
          exchange.fin();
        }),
      },
    ],
  },
  {
    cause: 'the end of the message is missing, but not its stop reason',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [
      { name: 'the body ends', detail: 'end_turn', how: simulated({ kind: 'stop_reason_then_eof' }) },
      endedAfter('reset', 'end_turn', 'reset', ({ reply, send }) =>
        send(...reply.all.filter((event) => event !== reply.messageStop)),
      ),
      {
        name: 'silence',
        detail: 'end_turn',
        how: simulated({ kind: 'stop_reason_then_silence' }),
      },
      {
        name: 'pings',
        detail: 'end_turn',
        how: simulated({ kind: 'stop_reason_then_silence', silence: 'pings' }),
      },
    ],
  },
  {
    cause: 'something comes after the end of the message',
    outcome: 'complete',
    next: 'complete',
    kept: 'the whole text',
    ways: [
      { name: 'text', detail: 'end_turn', how: simulated({ kind: 'late_deltas' }) },
      {
        name: 'nothing, and the connection stays open',
        detail: 'end_turn',
        how: simulated({ kind: 'hang_after_stop' }),
      },
      endedAfter('a reset', 'end_turn', 'reset', ({ reply, send }) => send(...reply.all)),
    ],
  },
];
