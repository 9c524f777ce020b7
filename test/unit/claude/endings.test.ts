import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange, Wire } from './wire.ts';
import { startWire } from './wire.ts';
import * as sse from './sse.ts';
import { watch } from './watching.ts';
import type { Watching } from './watching.ts';

let wire: Wire | undefined;
afterEach(async () => wire?.stop());

async function receive(script: (exchange: Exchange) => unknown, limits = {}): Promise<Watching> {
  wire = await startWire((exchange) => {
    exchange.respond();
    return script(exchange);
  });
  return watch(wire.baseUrl, { limits });
}

const END_TURN = { kind: 'message_end', stopReason: 'end_turn', stopSequence: null, blocks: null };
const lost = (kind: string) => ({ kind: 'connection_lost', error: { kind } });

describe('an end that is an end', () => {
  it('is message_stop: the text is whole and the figures are known', async () => {
    const watching = await receive((exchange) => exchange.send(sse.wholeMessage('Hello, ', 'World')));
    expect(await watching.ended).toEqual(END_TURN);
    expect(watching.texts).toEqual(['Hello, ', 'World']);
    expect(watching.progress()).toMatchObject({
      usage: { inputTokens: 17, outputTokens: 42, cacheReadTokens: 5, cacheWriteTokens: null },
      outputCharacters: 12,
      simulated: false,
    });
    expect(watching.progress().usage).not.toHaveProperty('estimated');
  });

  it('closes the socket at message_stop, although the server would leave it open', async () => {
    let closed: Promise<number> | undefined;
    const watching = await receive((exchange) => {
      closed = exchange.closed;
      exchange.send(sse.wholeMessage('Hi'));
    });
    await watching.ended;
    const endedAt = performance.now();
    expect((await closed!) - endedAt).toBeLessThan(500);
  });

  it('passes over whatever comes after message_stop, in the same bytes or later', async () => {
    const late = sse.text(0, ' late') + sse.event('error', { error: { type: 'api_error' } });
    const watching = await receive((exchange) => {
      exchange.send(sse.wholeMessage('Hi') + late);
      exchange.send(late);
    });
    expect(await watching.ended).toEqual(END_TURN);
    expect(watching.text()).toBe('Hi');
  });

  it.each(['end_turn', 'max_tokens', 'refusal', 'tool_use', 'pause_turn', 'a_later_invention'])(
    'tells the stop reason %s as it came',
    async (stopReason) => {
      const watching = await receive((exchange) =>
        exchange.send(sse.opening('Hi') + sse.blockStop(0) + sse.messageDelta(stopReason) + sse.messageStop),
      );
      expect(await watching.ended).toMatchObject({ kind: 'message_end', stopReason });
    },
  );

  it('tells the stop sequence', async () => {
    const delta = sse.event('message_delta', {
      delta: { stop_reason: 'stop_sequence', stop_sequence: '###' },
    });
    const watching = await receive((exchange) => exchange.send(sse.opening('Hi') + delta + sse.messageStop));
    expect(await watching.ended).toEqual({
      kind: 'message_end',
      stopReason: 'stop_sequence',
      stopSequence: '###',
      blocks: null,
    });
  });

  it.each(['endBody', 'fin', 'reset'] as const)(
    'is a stop reason and then the close of the stream (%s)',
    async (close) => {
      const watching = await receive(async (exchange) => {
        exchange.send(sse.opening('Hi') + sse.blockStop(0) + sse.messageDelta());
        await watching.has('Hi');
        exchange[close]();
      });
      expect(await watching.ended).toEqual(END_TURN);
    },
  );

  it('is a stop reason and then 2 s of silence, pings or not', async () => {
    const watching = await receive((exchange) => {
      const timer = setInterval(() => exchange.send(sse.ping), 300);
      void exchange.closed.then(() => clearInterval(timer));
      exchange.send(sse.opening('Hi') + sse.blockStop(0) + sse.messageDelta());
    });
    await watching.has('Hi');
    const from = performance.now();
    expect(await watching.ended).toEqual(END_TURN);
    expect(performance.now() - from).toBeGreaterThan(1950);
    expect(performance.now() - from).toBeLessThan(3000);
  });
});

describe('an end that only looks like one', () => {
  it.each([
    ['the body ends as HTTP asks for', 'endBody', {}, 'ended_early'],
    ['FIN', 'fin', {}, 'ended_early'],
    ['RST', 'reset', {}, 'connection_reset'],
    ['FIN after Connection: close', 'fin', { connection: 'close' }, 'ended_early'],
  ] as const)(
    '%s before message_stop: connection_lost, the text kept',
    async (_name, close, headers, kind) => {
      wire = await startWire(async (exchange) => {
        exchange.respond(200, headers);
        exchange.send(sse.opening('Hi'));
        await watching.has('Hi');
        exchange[close]();
      });
      const watching = watch(wire.baseUrl);
      expect(await watching.ended).toMatchObject(lost(kind));
      expect(watching.text()).toBe('Hi');
    },
  );

  it('RST after Connection: close ends the body without an error, and is connection_lost all the same', async () => {
    wire = await startWire(async (exchange) => {
      exchange.respond(200, { connection: 'close' });
      exchange.send(sse.opening('Hi'));
      await watching.has('Hi');
      exchange.reset();
    });
    const watching = watch(wire.baseUrl);
    expect(await watching.ended).toMatchObject({ kind: 'connection_lost' });
    expect(watching.text()).toBe('Hi');
  });

  it('a text that contains the words "message_stop" ends nothing', async () => {
    const words = 'event: message_stop\n\ndata: {"type":"message_stop"}\n\n';
    const watching = await receive((exchange) => {
      exchange.send(sse.opening(words));
      exchange.endBody();
    });
    expect(await watching.ended).toMatchObject(lost('ended_early'));
    expect(watching.text()).toBe(words);
  });

  it('message_stop without the blank line after it is no message_stop', async () => {
    const watching = await receive((exchange) => {
      exchange.send(sse.opening('Hi') + sse.messageStop.slice(0, -1));
      exchange.endBody();
    });
    expect(await watching.ended).toMatchObject(lost('ended_early'));
  });

  it('message_stop without any stop reason: connection_lost', async () => {
    const watching = await receive((exchange) =>
      exchange.send(sse.opening('Hi') + sse.blockStop(0) + sse.messageStop),
    );
    expect(await watching.ended).toMatchObject(lost('no_stop_reason'));
  });

  it('an empty body: connection_lost, nothing known to be paid for', async () => {
    const watching = await receive((exchange) => exchange.endBody());
    expect(await watching.ended).toMatchObject(lost('ended_early'));
    expect(watching.progress().usage).toBeNull();
  });

  it('a 200 that is no event stream: connection_lost, its body not quoted', async () => {
    wire = await startWire((exchange) => {
      exchange.respond(200, { 'content-type': 'application/json; charset=utf-8' });
      exchange.send('{"secret":"body"}');
      exchange.endBody();
    });
    const end = await watch(wire.baseUrl).ended;
    expect(end).toMatchObject(lost('not_an_event_stream'));
    expect(JSON.stringify(end)).toContain('application/json');
    expect(JSON.stringify(end)).not.toContain('secret');
  });

  it('a response that is no HTTP: connection_lost', async () => {
    wire = await startWire((exchange) => exchange.raw('SSH-2.0-OpenSSH_9.6\r\n\r\n'));
    expect(await watch(wire.baseUrl).ended).toMatchObject(lost('malformed_response'));
  });

  it('estimates the output of a stream that died: a quarter of the characters, thoughts included', async () => {
    const watching = await receive((exchange) => {
      exchange.send(
        sse.messageStart + sse.blockStart(0, 'thinking') + sse.thinking(0, '12345') + sse.blockStop(0),
      );
      exchange.send(sse.blockStart(1) + sse.text(1, '1234'));
      exchange.endBody();
    });
    await watching.ended;
    expect(watching.progress()).toMatchObject({
      usage: {
        inputTokens: 17,
        outputTokens: 3,
        cacheReadTokens: 5,
        estimated: true,
        estimatedFrom: 'characters',
      },
      outputCharacters: 9,
    });
  });
});

describe('errors the API reports', () => {
  it('an error event after a 200 is an api_error worth another attempt, with its type and the request id', async () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    wire = await startWire((exchange) => {
      exchange.respond(200, { 'request-id': 'req_1', 'x-throughline-simulator': '1' });
      exchange.send(sse.opening('Hi') + sse.event('error', { error }) + sse.text(0, 'never'));
    });
    const watching = watch(wire.baseUrl);
    expect(await watching.ended).toEqual({
      kind: 'api_error',
      permanent: false,
      error: {
        kind: 'overloaded_error',
        type: 'overloaded_error',
        requestId: 'req_1',
        message: 'the stream ended with an error event, overloaded_error: Overloaded',
      },
    });
    expect(watching.text()).toBe('Hi');
    expect(watching.progress()).toMatchObject({ simulated: true, requestId: 'req_1' });
  });

  it('a status is an api_error with all the server said about it', async () => {
    wire = await startWire((exchange) => {
      exchange.respond(429, {
        'content-type': 'application/json',
        'retry-after': '7',
        'request-id': 'req_2',
        'x-throughline-simulator': '1',
      });
      exchange.send(
        JSON.stringify({ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } }),
      );
      exchange.endBody();
    });
    const watching = watch(wire.baseUrl);
    expect(await watching.ended).toEqual({
      kind: 'api_error',
      permanent: false,
      error: {
        kind: 'rate_limit_error',
        type: 'rate_limit_error',
        status: 429,
        requestId: 'req_2',
        retryAfterMs: 7000,
        message: 'the API answered 429 rate_limit_error: Slow down',
      },
    });
    expect(watching.progress()).toMatchObject({ requestId: 'req_2', usage: null, simulated: true });
  });

  it('a status whose body never ends is reported by its status, not as a server that fell silent', async () => {
    wire = await startWire((exchange) => {
      exchange.respond(500, { 'content-type': 'application/json' });
      exchange.send('{"type":');
    });
    expect(await watch(wire.baseUrl).ended).toMatchObject({ kind: 'api_error', error: { status: 500 } });
  });

  it("a proxy's page is not quoted", async () => {
    wire = await startWire((exchange) => {
      exchange.respond(502, { 'content-type': 'text/html' });
      exchange.send('<h1>secret</h1>');
      exchange.endBody();
    });
    const end = await watch(wire.baseUrl).ended;
    expect(end).toMatchObject({
      kind: 'api_error',
      permanent: false,
      error: { kind: 'api_error', status: 502 },
    });
    expect(JSON.stringify(end)).not.toContain('secret');
  });

  it('asks once: nothing is repeated behind the back of the caller', async () => {
    let requests = 0;
    wire = await startWire((exchange) => {
      requests += 1;
      exchange.respond(529, { 'x-should-retry': 'true', 'content-length': '0' });
      exchange.endBody();
    });
    await watch(wire.baseUrl).ended;
    expect(requests).toBe(1);
  });
});
