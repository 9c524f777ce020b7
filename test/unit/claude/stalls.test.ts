import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange, Wire } from './wire.ts';
import { startWire } from './wire.ts';
import * as sse from './sse.ts';
import { afterMs, watch } from './watching.ts';
import type { Watching } from './watching.ts';

let wire: Wire | undefined;
afterEach(async () => wire?.stop());

async function receive(script: (exchange: Exchange) => unknown, limits: object): Promise<Watching> {
  wire = await startWire((exchange) => {
    exchange.respond();
    return script(exchange);
  });
  return watch(wire.baseUrl, { limits });
}

/** Sends the same bytes over and over until the other side closes. */
function repeat(exchange: Exchange, bytes: string, everyMs: number): void {
  const timer = setInterval(() => exchange.send(bytes), everyMs);
  void exchange.closed.then(() => clearInterval(timer));
}

describe('a stall', () => {
  const unknown = sse.event('weather_report', { sky: 'clear' });
  const unknownDelta = sse.delta(0, 'hologram_delta', { hologram: 'much' });
  it.each([
    ['nothing at all', '', 'no_bytes'],
    ['comments', sse.comment, 'comments_only'],
    ['pings', sse.ping, 'pings_only'],
    ['pings among comments', sse.comment + sse.ping, 'pings_only'],
    ['empty deltas', sse.text(0, ''), 'pings_only'],
    ['unknown events', unknown, 'pings_only'],
    ['unknown deltas', unknownDelta, 'pings_only'],
  ])(
    'in the middle of the text, with %s, is noticed when the limit is over',
    async (_name, bytes, silence) => {
      const watching = await receive(
        (exchange) => {
          exchange.send(sse.opening('Hi'));
          if (bytes !== '') repeat(exchange, bytes, 40);
        },
        { interTokenMs: 300 },
      );
      await watching.has('Hi');
      const from = performance.now();
      const end = await watching.ended;
      expect(performance.now() - from).toBeLessThan(600);
      expect(end).toMatchObject({ kind: 'stalled', phase: 'inter_token', silence });
      const { detectedAfterMs } = end as { detectedAfterMs: number };
      expect(detectedAfterMs).toBeGreaterThanOrEqual(300);
      expect(detectedAfterMs).toBeLessThan(600);
      expect(watching.progress().longestGapMs).toBe(detectedAfterMs);
      expect(watching.progress().msSinceContent).toBeGreaterThanOrEqual(detectedAfterMs);
      expect(watching.text()).toBe('Hi');
    },
  );

  it('is not put off by the bytes of an event that never ends', async () => {
    const watching = await receive(
      (exchange) => {
        exchange.send(`${sse.opening('Hi')}event: content_block_delta\ndata: {"type":"`);
        repeat(exchange, 'x', 30);
      },
      { interTokenMs: 300 },
    );
    expect(await watching.ended).toMatchObject({
      kind: 'stalled',
      phase: 'inter_token',
      silence: 'pings_only',
    });
  });

  it('is called silent when the connection broke off within an event', async () => {
    const watching = await receive(
      (exchange) => {
        exchange.send(sse.opening('Hi'));
        exchange.send('event: content_block_delta\ndata: {"type":"');
      },
      { interTokenMs: 250 },
    );
    expect(await watching.ended).toMatchObject({ kind: 'stalled', silence: 'no_bytes' });
  });

  it('before the headers is one of the phase connect, and closes the socket', async () => {
    let closed: Promise<number> | undefined;
    wire = await startWire((exchange) => void (closed = exchange.closed));
    const watching = watch(wire.baseUrl, { limits: { connectMs: 200 } });
    expect(await watching.ended).toMatchObject({ kind: 'stalled', phase: 'connect', silence: 'no_bytes' });
    const endedAt = performance.now();
    expect((await closed!) - endedAt).toBeLessThan(500);
    expect(watching.progress()).toMatchObject({
      firstTokenMs: null,
      longestGapMs: null,
      msSinceContent: null,
    });
  });

  it.each([
    ['nothing', ''],
    ['message_start', sse.messageStart],
    ['an opened text block', sse.messageStart + sse.blockStart(0)],
  ])('after %s is one of the phase first_token', async (_name, bytes) => {
    const watching = await receive((exchange) => exchange.send(bytes), { firstTokenMs: 200 });
    expect(await watching.ended).toMatchObject({
      kind: 'stalled',
      phase: 'first_token',
      silence: 'no_bytes',
    });
    expect(watching.progress().firstTokenMs).toBeNull();
  });

  it.each([
    ['while a thinking block is open', sse.blockStart(0, 'thinking') + sse.thinking(0, 'hm')],
    ['while thoughts are omitted', sse.blockStart(0, 'thinking') + sse.thinking(0, '')],
    ['after a thinking block', sse.blockStart(0, 'thinking') + sse.thinking(0, 'hm') + sse.blockStop(0)],
    ['between text blocks', sse.blockStart(0) + sse.text(0, 'Hi') + sse.blockStop(0)],
    [
      'in a second text block without text',
      sse.blockStart(0) + sse.text(0, 'Hi') + sse.blockStop(0) + sse.blockStart(1),
    ],
  ])('%s is one of the phase thinking', async (_name, bytes) => {
    const watching = await receive((exchange) => exchange.send(sse.messageStart + bytes), {
      thinkingMs: 300,
      interTokenMs: 50,
      firstTokenMs: 50,
    });
    const end = await watching.ended;
    expect(end).toMatchObject({ kind: 'stalled', phase: 'thinking' });
    expect((end as { detectedAfterMs: number }).detectedAfterMs).toBeGreaterThanOrEqual(300);
  });

  it('is noticed in time although a much longer limit was in force before', async () => {
    const watching = await receive(
      async (exchange) => {
        exchange.send(
          sse.messageStart + sse.blockStart(0, 'thinking') + sse.thinking(0, 'hm') + sse.blockStop(0),
        );
        await afterMs(50);
        exchange.send(sse.blockStart(1) + sse.text(1, 'Hi'));
      },
      { thinkingMs: 60_000, interTokenMs: 150 },
    );
    await watching.has('Hi');
    const from = performance.now();
    expect(await watching.ended).toMatchObject({ kind: 'stalled', phase: 'inter_token' });
    expect(performance.now() - from).toBeLessThan(1000);
  });

  it('closes the socket', async () => {
    let closed: Promise<number> | undefined;
    const watching = await receive(
      (exchange) => {
        closed = exchange.closed;
        exchange.send(sse.opening('Hi'));
      },
      { interTokenMs: 100 },
    );
    await watching.ended;
    const endedAt = performance.now();
    expect((await closed!) - endedAt).toBeLessThan(500);
  });
});

describe('what is no stall', () => {
  it('thinking that takes longer than interTokenMs, with nothing but pings', async () => {
    const watching = await receive(
      async (exchange) => {
        repeat(exchange, sse.ping, 30);
        exchange.send(sse.messageStart + sse.blockStart(0, 'thinking') + sse.thinking(0, ''));
        await afterMs(400);
        exchange.send(sse.delta(0, 'signature_delta', { signature: 'abc' }) + sse.blockStop(0));
        await afterMs(400);
        exchange.send(sse.blockStart(1) + sse.text(1, 'Hi') + sse.messageDelta() + sse.messageStop);
      },
      { interTokenMs: 100, firstTokenMs: 100, thinkingMs: 700 },
    );
    expect(await watching.ended).toMatchObject({ kind: 'message_end' });
    const { firstTokenMs, longestGapMs } = watching.progress();
    expect(firstTokenMs).toBeGreaterThanOrEqual(790);
    expect(longestGapMs).toBeGreaterThanOrEqual(390);
    expect(longestGapMs).toBeLessThan(600);
  });

  it('text that comes slowly but in time, for much longer than the limit', async () => {
    const watching = await receive(
      async (exchange) => {
        exchange.send(sse.opening('0'));
        for (let piece = 1; piece <= 6; piece += 1) {
          await afterMs(100);
          exchange.send(sse.text(0, String(piece)));
        }
        exchange.send(sse.closing);
      },
      { interTokenMs: 250 },
    );
    expect(await watching.ended).toMatchObject({ kind: 'message_end' });
    expect(watching.text()).toBe('0123456');
  });

  it.each([
    ['a little longer', 100, 150],
    ['much longer', 100, 600],
  ])(
    'a process that stood still %s than the limit while the server kept sending',
    async (_name, limitMs, blockedMs) => {
      await withServerThread({ headersAfterMs: 0 }, async (baseUrl) => {
        const watching = watch(baseUrl, { limits: { interTokenMs: limitMs } });
        await watching.has('x');
        for (let round = 0; round < 2; round += 1) {
          standStill(blockedMs);
          await afterMs(30);
        }
        expect(await watching.ended).toMatchObject({ kind: 'message_end' });
        expect(watching.text()).toBe('x'.repeat(100));
      });
    },
  );

  it('a process that stood still before it had sent the request', async () => {
    await withServerThread({ headersAfterMs: 60 }, async (baseUrl) => {
      const watching = watch(baseUrl, { limits: { connectMs: 100 } });
      standStill(500);
      expect(await watching.ended).toMatchObject({ kind: 'message_end' });
    });
  });
});

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** A server on a thread of its own: it goes on sending, a piece every 10 ms, while this thread stands still. */
async function withServerThread(
  options: { headersAfterMs: number },
  use: (baseUrl: string) => Promise<void>,
): Promise<void> {
  const server = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const answer = (response) => {
       response.writeHead(200, { 'content-type': 'text/event-stream' });
       response.write(workerData.opening);
       let left = 100;
       const timer = setInterval(() => {
         if ((left -= 1) > 0) return response.write(workerData.piece);
         clearInterval(timer);
         response.end(workerData.closing);
       }, 10);
       response.on('close', () => clearInterval(timer));
     };
     const server = require('node:http').createServer((request, response) => {
       setTimeout(answer, workerData.headersAfterMs, response);
     });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    {
      eval: true,
      workerData: { ...options, opening: sse.opening('x'), piece: sse.text(0, 'x'), closing: sse.closing },
    },
  );
  try {
    const port = await new Promise<number>((resolve) => server.once('message', resolve));
    await use(`http://127.0.0.1:${port}`);
  } finally {
    await server.terminate();
  }
}
