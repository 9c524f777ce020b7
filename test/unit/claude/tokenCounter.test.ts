import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClaudeClient } from '../../../src/claude/client.ts';
import { countTextTokens } from '../../../src/claude/tokenCounter.ts';
import { CREDENTIALS } from './watching.ts';
import type { Exchange, Wire } from './wire.ts';
import { startWire } from './wire.ts';

const OVERHEAD = 7;
const MODEL = 'claude-test';
const LONG_ENOUGH_MS = 5000;

let wire: Wire;
/** What answers; a test about failure puts another in its place. */
let answer: (exchange: Exchange, text: string) => void;
let asked: { model: string; text: string; head: string }[];
let controller: AbortController;

beforeEach(async () => {
  asked = [];
  controller = new AbortController();
  answer = count;
  wire = await startWire((exchange) => {
    const { model, messages } = JSON.parse(Buffer.from(exchange.body, 'latin1').toString()) as {
      model: string;
      messages: [{ role: string; content: string }];
    };
    const text = messages[0].content;
    asked.push({ model, text, head: exchange.head });
    answer(exchange, text);
  });
});
afterEach(() => wire.stop());

/** A token for each character, and the overhead. */
function count(exchange: Exchange, text: string): void {
  respond(exchange, JSON.stringify({ input_tokens: OVERHEAD + text.length }));
}

function respond(exchange: Exchange, body: string, status = 200, headers: Record<string, string> = {}): void {
  exchange.respond(status, { 'content-type': 'application/json', ...headers });
  exchange.send(body);
  exchange.endBody();
}

const newClient = () => createClaudeClient({ ...CREDENTIALS, baseUrl: wire.baseUrl });

function counted(text: string, withinMs = LONG_ENOUGH_MS, client = newClient(), model = MODEL) {
  return countTextTokens(client, model, text, { signal: controller.signal, withinMs });
}

/** Timers alone: what the process waits for otherwise is the server's. */
const timersNow = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

async function expectNothingLeft(timersBefore: number): Promise<void> {
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  // Of the two counts the one may still be on its way out when the other has failed. Turns of the event loop, since
  // `expect.poll` waits with timers, which would be counted.
  for (let turn = 0; turn < 50 && timersNow() > timersBefore; turn += 1) await setImmediate();
  expect(timersNow()).toBeLessThanOrEqual(timersBefore);
  await expect.poll(() => wire.openSockets(), { interval: 5, timeout: 500 }).toBe(0);
}

describe('the number of tokens of a text', () => {
  it("is the message's without what is around the text, and nothing is left behind", async () => {
    const before = timersNow();
    expect(await counted('Grüße, 世界')).toBe(9);
    await expectNothingLeft(before);
    expect(asked[0]?.head).toMatch(/^POST \/v1\/messages\/count_tokens HTTP\/1\.1/);
    expect(asked.map(({ text }) => text).toSorted()).toEqual(['Grüße, 世界', 'a']);
  });

  it('asks only once for what is around it: for each model, and for each client', async () => {
    const client = newClient();
    expect(await counted('abc', LONG_ENOUGH_MS, client)).toBe(3);
    expect(await counted('abcd', LONG_ENOUGH_MS, client)).toBe(4);
    expect(await counted('abcde', LONG_ENOUGH_MS, client, 'claude-other')).toBe(5);
    expect(await counted('abcdef', LONG_ENOUGH_MS, newClient())).toBe(6);
    expect(asked.filter(({ text }) => text === 'a').map(({ model }) => model)).toEqual([
      MODEL,
      'claude-other',
      MODEL,
    ]);
    expect(asked).toHaveLength(7);
  });

  it('is never negative, whatever the API says', async () => {
    answer = (exchange, text) => respond(exchange, JSON.stringify({ input_tokens: text === 'a' ? 90 : 5 }));
    expect(await counted('abc')).toBe(0);
  });

  it('is 0 for no text, without asking: the API takes no empty message', async () => {
    expect(await counted('')).toBe(0);
    expect(wire.connections()).toBe(0);
  });
});

describe('a number that cannot be learnt is null, and nothing is left behind', () => {
  it.each<[string, (exchange: Exchange, text: string) => void]>([
    ['a model nobody knows', (exchange) => respond(exchange, '{"error":{"type":"not_found_error"}}', 404)],
    ['a busy API', (exchange) => respond(exchange, '{}', 529, { 'x-should-retry': 'true' })],
    ['a reset', (exchange) => exchange.reset()],
    ["a proxy's page", (exchange) => respond(exchange, '<h1>Hi</h1>', 200, { 'content-type': 'text/html' })],
    ['JSON that is none', (exchange) => respond(exchange, '{"input_tokens":')],
    ['an answer without a number', (exchange) => respond(exchange, '{"input_tokens":"12"}')],
    ['an answer that is null', (exchange) => respond(exchange, 'null')],
    [
      'a body cut off',
      (exchange) => {
        exchange.respond(200, { 'content-type': 'application/json' });
        exchange.send('{"input_tokens":1');
        exchange.fin();
      },
    ],
    [
      'a failure of the first count alone',
      (exchange, text) => (text === 'a' ? respond(exchange, '{}', 500) : undefined),
    ],
  ])('%s', async (_name, failing) => {
    answer = failing;
    const before = timersNow();
    expect(await counted('abc')).toBeNull();
    await expectNothingLeft(before);
    // Once for the text and once for what is around it: nothing is asked again.
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it('an API that is gone', async () => {
    const client = newClient();
    await wire.stop();
    expect(await counted('abc', LONG_ENOUGH_MS, client)).toBeNull();
  });

  it.each<[string, (exchange: Exchange) => void]>([
    ['never answers', () => {}],
    [
      'never ends its answer',
      (exchange) => {
        exchange.respond(200, { 'content-type': 'application/json' });
        exchange.send('{"input_tokens":');
      },
    ],
  ])('an API that %s, once the time is over', async (_name, silent) => {
    answer = silent;
    const before = timersNow();
    const from = performance.now();
    expect(await counted('abc', 100)).toBeNull();
    expect(performance.now() - from).toBeGreaterThan(95);
    expect(performance.now() - from).toBeLessThan(1000);
    await expectNothingLeft(before);
  });

  it('an abort while the answer is waited for', async () => {
    answer = () => {};
    const before = timersNow();
    const counting = counted('abc');
    await expect.poll(() => asked.length, { interval: 5 }).toBe(2);
    const from = performance.now();
    controller.abort();
    expect(await counting).toBeNull();
    expect(performance.now() - from).toBeLessThan(1000);
    await expectNothingLeft(before);
  });

  it('an abort beforehand: nobody is asked', async () => {
    controller.abort();
    expect(await counted('abc')).toBeNull();
    expect(wire.connections()).toBe(0);
  });

  it('a failed count is no memory: the next one asks again', async () => {
    const client = newClient();
    answer = (exchange) => respond(exchange, '{}', 500);
    expect(await counted('abc', LONG_ENOUGH_MS, client)).toBeNull();
    answer = count;
    expect(await counted('abc', LONG_ENOUGH_MS, client)).toBe(3);
  });
});
