import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Wire } from './wire.ts';
import { startWire } from './wire.ts';
import * as sse from './sse.ts';
import { watch } from './watching.ts';

let wire: Wire | undefined;
afterEach(async () => wire?.stop());

const THINK = sse.messageStart + sse.blockStart(0, 'thinking') + sse.thinking(0, 'hm');

describe('an abort from outside', () => {
  it.each([
    ['connect', null],
    ['first_token', sse.messageStart],
    ['thinking', THINK],
    ['inter_token', sse.opening('Hi')],
    ['closing', sse.opening('Hi') + sse.messageDelta()],
  ])(
    'in the phase %s ends the stream as aborted and closes its socket within milliseconds',
    async (phase, bytes) => {
      let closed: Promise<number> | undefined;
      wire = await startWire((exchange) => {
        closed = exchange.closed;
        if (bytes === null) return;
        exchange.respond();
        exchange.send(bytes);
      });
      const watching = watch(wire.baseUrl);
      await expect
        .poll(() => closed !== undefined && watching.progress().phase === phase, { interval: 5 })
        .toBe(true);
      if (phase === 'first_token')
        await expect.poll(() => watching.progress().usage, { interval: 5 }).not.toBeNull();
      const abortedAt = performance.now();
      watching.controller.abort();
      expect(await watching.ended).toEqual({ kind: 'aborted' });
      expect((await closed!) - abortedAt).toBeLessThan(500);
    },
  );

  it('keeps what was delivered, and delivers nothing after it', async () => {
    wire = await startWire((exchange) => {
      exchange.respond();
      exchange.send(sse.opening('Hi'));
      const timer = setInterval(() => exchange.send(sse.text(0, '!')), 1);
      void exchange.closed.then(() => clearInterval(timer));
    });
    const watching = watch(wire.baseUrl);
    await expect.poll(() => watching.text().length, { interval: 5 }).toBeGreaterThan(5);
    watching.controller.abort();
    const kept = watching.text();
    const { outputCharacters } = watching.progress();
    await watching.ended;
    await expect.poll(() => wire?.openSockets(), { interval: 5 }).toBe(0);
    expect(watching.text()).toBe(kept);
    expect(outputCharacters).toBe(kept.length);
    expect(watching.progress().outputCharacters).toBe(kept.length);
  });

  it('that came before the start sends no request', async () => {
    let requests = 0;
    wire = await startWire(() => void (requests += 1));
    const watching = watch(wire.baseUrl, { signal: AbortSignal.abort() });
    expect(await watching.ended).toEqual({ kind: 'aborted' });
    expect(requests).toBe(0);
  });

  it('after the end changes nothing', async () => {
    wire = await startWire((exchange) => {
      exchange.respond();
      exchange.send(sse.wholeMessage('Hi'));
    });
    const watching = watch(wire.baseUrl);
    const end = await watching.ended;
    const figures = watching.progress();
    watching.controller.abort();
    expect(end).toMatchObject({ kind: 'message_end' });
    expect(watching.progress()).toEqual(figures);
  });
});

describe('an abort from onText', () => {
  it('ends the stream at that very delta, those in the same bytes included', async () => {
    wire = await startWire((exchange) => {
      exchange.respond();
      exchange.send(sse.wholeMessage('one ', 'two ', 'three'));
    });
    const texts: string[] = [];
    const onText = (text: string) => {
      texts.push(text);
      return texts.length === 2 ? 'stop' : 'go_on';
    };
    expect(await watch(wire.baseUrl, { onText }).ended).toEqual({ kind: 'aborted' });
    expect(texts).toEqual(['one ', 'two ']);
    await expect.poll(() => wire?.openSockets(), { interval: 5 }).toBe(0);
  });

  it('a mistake in onText ends the stream without a rejection, and its words are not quoted', async () => {
    wire = await startWire((exchange) => {
      exchange.respond();
      exchange.send(sse.wholeMessage('Hi'));
    });
    const onText = () => {
      throw new RangeError('secret');
    };
    const end = await watch(wire.baseUrl, { onText }).ended;
    expect(end).toMatchObject({ kind: 'connection_lost', error: { kind: 'unexpected_error' } });
    expect(JSON.stringify(end)).not.toContain('secret');
  });
});

describe('many streams at once', () => {
  it(
    '300 through one client: each gets its own text, whole, and no socket or listener stays behind',
    { timeout: 30_000 },
    async () => {
      wire = await startWire(async (exchange) => {
        const own = /stream-\d+/.exec(exchange.body)?.[0] ?? '';
        exchange.respond();
        exchange.send(sse.opening(own));
        for (let piece = 0; piece < 20; piece += 1) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          exchange.send(sse.text(0, `,${own}`));
        }
        exchange.send(sse.closing);
      });
      const { baseUrl } = wire;
      let listeners = 0;
      const shared = new AbortController().signal;
      setMaxListeners(0, shared);
      const signal = countingListeners(shared, (change) => (listeners += change));
      const streams = Array.from({ length: 300 }, (_, number) =>
        watch(baseUrl, {
          signal,
          message: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: `stream-${number}.` }] },
        }),
      );
      const ends = await Promise.all(streams.map((stream) => stream.ended));
      expect(ends.every((end) => end.kind === 'message_end')).toBe(true);
      streams.forEach((stream, number) => {
        expect(stream.text()).toBe(Array.from({ length: 21 }, () => `stream-${number}`).join(','));
      });
      await expect.poll(() => wire?.openSockets(), { interval: 10, timeout: 5000 }).toBe(0);
      expect(listeners).toBe(0);
    },
  );
});

function countingListeners(signal: AbortSignal, count: (change: 1 | -1) => void): AbortSignal {
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (count(1), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (count(-1), remove(...args));
  return signal;
}
