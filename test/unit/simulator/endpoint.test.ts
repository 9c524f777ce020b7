import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/simulator/log.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { assistant, goOn, isWhole, simulate, stopReason, stopSimulators, talk, types, user } from './talk.ts';

afterEach(stopSimulators);

const PREFILL_REFUSED =
  'This model does not support assistant message prefill. The conversation must end with a user message.';

describe('a whole reply', () => {
  it('is a message the SDK reads to its end, with usage by four characters a token', async () => {
    const simulator = await simulate({ characters: 3_000 });
    const client = new Anthropic({ apiKey: 'key', baseURL: simulator.url, maxRetries: 0 });
    const message = await client.messages
      .stream({
        model: 'claude-sonnet-5-5',
        max_tokens: 4_000,
        messages: [{ role: 'user', content: 'Hello.' }],
      })
      .finalMessage();
    const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    expect(text).toBe(simulator.truth('Hello.'));
    expect(message).toMatchObject({
      stop_reason: 'end_turn',
      usage: { input_tokens: 2, output_tokens: Math.ceil(text.length / 4) },
    });
  });

  it('names the simulator and the request, and is logged as it was sent', async () => {
    const simulator = await simulate({ logBodies: true });
    const reply = await talk(simulator, [user('Hi')]);
    expect(reply.headers).toMatchObject({
      'x-throughline-simulator': '1',
      'content-type': /^text\/event-stream/,
    });
    expect(reply.headers['request-id']).toMatch(/^req_/);
    expect(reply.end).toBe('ended');
    expect(types(reply).at(-1)).toBe('message_stop');
    expect(simulator.log).toMatchObject([
      {
        number: 1,
        attempt: 1,
        status: 200,
        headersSent: true,
        ended: 'whole',
        stopReason: 'end_turn',
        sentText: reply.text,
        continuation: reply.text,
        sentCharacters: reply.text.length,
        clientGoneAt: null,
        body: { messages: [user('Hi')] },
      },
    ]);
  });

  it('has the length the prompt asks for', async () => {
    const simulator = await simulate({ characters: 100 });
    const reply = await talk(simulator, [user('Much. [characters: 5000]')]);
    expect(Math.abs(reply.text.length - 5_000)).toBeLessThan(200);
  });

  it.each(['lf', 'crlf', 'cr'] as const)('reads the same with %s line ends', async (lineEnding) => {
    const simulator = await simulate({ lineEnding });
    const reply = await talk(simulator, [user('Hi')]);
    const lineEnds = new Set(reply.bytes.toString('utf8').match(/\r\n|\r|\n/g));
    expect([...lineEnds]).toEqual([{ lf: '\n', crlf: '\r\n', cr: '\r' }[lineEnding]]);
    expect(reply.text).toBe(simulator.truth('Hi'));
    expect(types(reply).at(-1)).toBe('message_stop');
  });

  it('comes in as many text blocks as asked, after a thinking block and a web search', async () => {
    const simulator = await simulate({
      textBlocks: 3,
      serverTool: true,
      thinking: { durationMs: 40, display: 'summarized', everyMs: 10 },
    });
    const reply = await talk(simulator, [user('Hi')]);
    const starts = reply.events.filter(({ type }) => type === 'content_block_start');
    expect(starts.map(({ content_block }) => content_block?.type)).toEqual([
      'thinking',
      'server_tool_use',
      'web_search_tool_result',
      'text',
      'text',
      'text',
    ]);
    expect(starts.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    const thought = reply.events.map(({ delta }) => delta?.thinking ?? '').join('');
    expect(thought).toHaveLength(48);
    expect(reply.text).toBe(simulator.truth('Hi'));
    const usage = reply.events.find(({ type }) => type === 'message_delta')?.usage;
    expect(usage?.output_tokens).toBe(Math.ceil((48 + reply.text.length) / 4));
  });

  it.each([
    ['a prefill', [user('Hi'), assistant('#')], {}],
    ['a request that disables it', [user('Hi')], { thinking: { type: 'disabled' } }],
  ])('has no thinking after %s', async (_name, messages, fields) => {
    const simulator = await simulate({ thinking: { durationMs: 10 } });
    const reply = await talk(simulator, messages, { model: 'claude-haiku-4-5', ...fields });
    const blocks = reply.events.map(({ content_block }) => content_block?.type);
    expect(blocks).toContain('text');
    expect(blocks).not.toContain('thinking');
  });

  it('may part surrogate pairs, and then still joins to the same text', async () => {
    const simulator = await simulate({ splitSurrogatePairs: true, charactersPerDelta: 1, characters: 4_000 });
    const reply = await talk(simulator, [user('Hi')]);
    const deltas = reply.events.map(({ delta }) => delta?.text ?? '');
    expect(deltas.some((text) => !isWhole(text))).toBe(true);
    expect(reply.text).toBe(simulator.truth('Hi'));
    const whole = await simulate({ charactersPerDelta: 1, characters: 4_000 });
    const unparted = await talk(whole, [user('Hi')]);
    expect(unparted.events.every(({ delta }) => isWhole(delta?.text ?? ''))).toBe(true);
    expect(unparted.text).toBe(reply.text);
  });

  it('stops at max_tokens and at stop sequences', async () => {
    const simulator = await simulate();
    const short = await talk(simulator, [user('Hi')], { max_tokens: 25 });
    expect([short.text.length, stopReason(short)]).toEqual([100, 'max_tokens']);
    const stopped = await talk(simulator, [user('Hi')], { stop_sequences: ['. '] });
    expect(stopReason(stopped)).toBe('stop_sequence');
    expect(stopped.text).toBe(simulator.truth('Hi'));
    expect(stopped.text).not.toContain('. ');
  });

  it('with tool_use carries the call of a tool', async () => {
    const simulator = await simulate({ stopReason: 'tool_use', stopAfterCharacters: 50 });
    const reply = await talk(simulator, [user('Hi')]);
    expect(stopReason(reply)).toBe('tool_use');
    expect(reply.events.map(({ content_block }) => content_block?.type)).toContain('tool_use');
  });
});

describe('what the API refuses', () => {
  const haiku = 'claude-haiku-4-5-20251001';
  it.each([
    ['no messages', [], {}, 400, 'messages: at least one message is required'],
    ['a prefill on a modern model', [user('a'), assistant('b')], {}, 400, PREFILL_REFUSED],
    [
      'a prefill that ends in white space',
      [user('a'), assistant('b ')],
      { model: haiku },
      400,
      'messages: final assistant content cannot end with trailing whitespace',
    ],
    [
      'a prefill with thinking',
      [user('a'), assistant('b')],
      { model: haiku, thinking: { type: 'enabled', budget_tokens: 2_000 } },
      400,
      /thinking/,
    ],
    [
      'a prefill with an output format',
      [user('a'), assistant('b')],
      { model: haiku, output_config: { format: { type: 'json_schema' } } },
      400,
      /output_config\.format/,
    ],
    [
      'max_tokens 0',
      [user('a')],
      { max_tokens: 0 },
      400,
      'max_tokens: Input should be greater than or equal to 1',
    ],
    [
      'a thinking budget as large as max_tokens',
      [user('a')],
      { max_tokens: 2_000, thinking: { type: 'enabled', budget_tokens: 2_000 } },
      400,
      /budget_tokens/,
    ],
    ['no streaming', [user('a')], { stream: false }, 400, /stream/],
    ['an empty text', [user('')], {}, 400, 'messages: text content blocks must be non-empty'],
    ['a message without role', [{ content: 'a' }], {}, 400, 'messages.0.role: Field required'],
    ['no key', [user('a')], { headers: {} }, 401, 'x-api-key header is required'],
    ['a blank key', [user('a')], { headers: { 'x-api-key': ' ' } }, 401, 'x-api-key header is required'],
    ['an unknown model', [user('a')], { model: 'claude-9' }, 404, 'model: claude-9'],
  ])('%s', async (_name, messages, options, status, message) => {
    const simulator = await simulate({ models: ['claude-sonnet-5-5', haiku] });
    const reply = await talk(simulator, messages, options);
    const type = { 400: 'invalid_request_error', 401: 'authentication_error', 404: 'not_found_error' }[
      status
    ];
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.bytes.toString('utf8'))).toEqual({
      type: 'error',
      error: { type, message: typeof message === 'string' ? message : expect.stringMatching(message) },
      request_id: reply.headers['request-id'],
    });
    expect(reply.headers['x-throughline-simulator']).toBe('1');
  });

  it('a key that is not in the list, while a right one and a right bearer token are served', async () => {
    const simulator = await simulate({ apiKeys: ['right'] });
    const status = async (headers: Record<string, string>) =>
      (await talk(simulator, [user('a')], { headers })).status;
    expect(await status({ 'x-api-key': 'wrong' })).toBe(401);
    expect(await status({ 'x-api-key': 'right' })).toBe(200);
    expect(await status({ authorization: 'Bearer right' })).toBe(200);
    expect(simulator.log.map(({ status: logged, attempt }) => [logged, attempt])).toEqual([
      [401, 1],
      [200, 2],
      [200, 3],
    ]);
  });

  it('a body that is no JSON', async () => {
    const simulator = await simulate();
    const options = { method: 'POST', headers: { 'x-api-key': 'key' }, body: '{"model"' };
    const response = await fetch(`${simulator.url}/v1/messages`, options);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

describe('a cut text goes on', () => {
  it('after a prefill, byte-identically', async () => {
    const simulator = await simulate();
    const model = 'claude-haiku-4-5';
    const cut = await talk(simulator, [user('Hi')], { model, max_tokens: 101 });
    const partial = cut.text.trimEnd();
    const rest = await talk(simulator, [user('Hi'), assistant(partial)], { model });
    expect(partial + rest.text).toBe(simulator.truth('Hi'));
    expect(simulator.log[1]).toMatchObject({ attempt: 2, resume: 'prefill', partial, mismatch: false });
  });

  it('after a question, whose echo is no part of the logged continuation', async () => {
    const simulator = await simulate({ divergent: true });
    const cut = await talk(simulator, [user('Hi')], { max_tokens: 100 });
    const partial = cut.text.slice(0, cut.text.lastIndexOf(' '));
    const anchor = partial.slice(-30);
    const reply = await talk(simulator, [user('Hi'), assistant(partial), goOn(anchor)]);
    expect(reply.text.startsWith(anchor)).toBe(true);
    expect(simulator.log[1]).toMatchObject({
      resume: 'continuation',
      anchor,
      behaviour: 'echo',
      mismatch: false,
      continuation: reply.text.slice(anchor.length),
    });
    expect(simulator.truth('Hi')).toBe(partial + reply.text.slice(anchor.length));
  });

  it('from the opening the request itself gave, where the profile allows one', async () => {
    const simulator = await simulate({ givenOpening: true });
    const model = 'claude-haiku-4-5';
    const opened = (text: string): object[] => [user('Hi'), assistant(`Here it is:${text}`)];
    const cut = await talk(simulator, opened(''), { model, max_tokens: 101 });
    const partial = cut.text.trimEnd();
    const rest = await talk(simulator, opened(partial), { model });
    expect(partial + rest.text).toBe(simulator.truth('Hi'));
    expect(simulator.log.map(({ mismatch }) => mismatch)).toEqual([false, false]);
  });

  it('visibly wrong when nobody said it', async () => {
    const simulator = await simulate();
    const reply = await talk(simulator, [user('Hi'), assistant('Not mine')], { model: 'claude-haiku-4-5' });
    expect(reply.text).toContain('MISMATCH');
    expect(simulator.log[0]?.mismatch).toBe(true);
  });
});

describe('the server', () => {
  it('answers GET and HEAD plainly, and other paths with 404', async () => {
    const simulator = await simulate();
    expect((await fetch(simulator.url)).status).toBe(200);
    expect((await fetch(simulator.url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${simulator.url}/v1/complete`, { method: 'POST' })).status).toBe(404);
  });

  it('tells log and truth to other processes', async () => {
    const simulator = await simulate();
    const { text } = await talk(simulator, [user('Où & quand?')]);
    const log = (await (await fetch(`${simulator.url}/_simulator/log`)).json()) as RequestRecord[];
    expect(log).toEqual(simulator.log);
    const truth = (prompt: string) =>
      fetch(`${simulator.url}/_simulator/truth?prompt=${encodeURIComponent(prompt)}`);
    expect(await (await truth('Où & quand?')).text()).toBe(text);
    expect(simulator.truth(log[0]?.conversation ?? '')).toBe(text);
    expect((await truth('never asked')).status).toBe(404);
    expect(() => simulator.truth('never asked')).toThrow(RangeError);
  });

  it('on a port that is taken rejects with EADDRINUSE', async () => {
    const { port } = await simulate();
    await expect(startSimulator({ port, profile: {} })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes at once, whatever is under way', async () => {
    const simulator = await simulate({ faults: [{ kind: 'stall', every: true }] });
    const held = talk(simulator, [user('Hi')]);
    await expect.poll(() => simulator.log[0]?.fault).toBe('stall');
    await simulator.close();
    expect((await held).end).not.toBe('ended');
  });
});
