import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../../src/simulator/server.ts';
import { simulate, stopSimulators, talk, user } from './talk.ts';

afterEach(stopSimulators);

interface Count {
  body?: object | string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function count(
  simulator: Simulator,
  { body = {}, headers = { 'x-api-key': 'key' }, signal }: Count = {},
): Promise<Response> {
  const whole =
    typeof body === 'string' ? body : JSON.stringify({ model: 'm', messages: [user('Hello.')], ...body });
  return fetch(`${simulator.url}/v1/messages/count_tokens`, {
    method: 'POST',
    headers,
    body: whole,
    ...(signal === undefined ? {} : { signal }),
  });
}

describe('counting tokens', () => {
  it('answers what the SDK asks for, four characters a token', async () => {
    const simulator = await simulate();
    const client = new Anthropic({ apiKey: 'key', baseURL: simulator.url, maxRetries: 0 });
    const counted = await client.messages.countTokens({
      model: 'claude-sonnet-5-5',
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello.' }] }],
      thinking: { type: 'disabled' },
    });
    expect(counted).toEqual({ input_tokens: 4 });
  });

  it('comes to what a message then says it took, tools included', async () => {
    const simulator = await simulate();
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }];
    const { input_tokens } = (await (await count(simulator, { body: { tools } })).json()) as {
      input_tokens: number;
    };
    expect(input_tokens).toBeGreaterThan(10);
    const reply = await talk(simulator, [user('Hello.')], { tools });
    expect(reply.bytes.toString('utf8')).toContain(`"input_tokens":${input_tokens},`);
  });

  it('names the simulator, is counted, and is in no log', async () => {
    const simulator = await simulate();
    expect(simulator.countTokensRequests).toBe(0);
    const response = await count(simulator);
    expect(response.headers.get('x-throughline-simulator')).toBe('1');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    await count(simulator, { headers: {} });
    expect(simulator.countTokensRequests).toBe(2);
    expect(simulator.log).toEqual([]);
    await talk(simulator, [user('Hello.')]);
    expect(simulator.countTokensRequests).toBe(2);
    expect(simulator.log).toMatchObject([{ attempt: 1 }]);
  });

  it.each([
    ['no key', { headers: {} }, 401, 'x-api-key header is required'],
    ['a wrong key', { headers: { 'x-api-key': 'wrong' } }, 401, 'invalid x-api-key'],
    ['an unknown model', { body: { model: 'other' } }, 404, 'model: other'],
    ['no messages', { body: { messages: [] } }, 400, 'messages: at least one message is required'],
    [
      'an empty text',
      { body: { messages: [user('')] } },
      400,
      'messages: text content blocks must be non-empty',
    ],
    ['no model', { body: { model: undefined } }, 400, 'model: Field required'],
    ['a body that is no JSON', { body: '{' }, 400, 'The request body is not valid JSON'],
  ])('is refused for %s', async (_name, request, status, message) => {
    const simulator = await simulate({ apiKeys: ['key'], models: ['m'] });
    const response = await count(simulator, request);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: 'error', error: { message } });
  });

  it('fails where the profile says so', async () => {
    const simulator = await simulate({ countTokens: 'fails' });
    const response = await count(simulator);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { type: 'api_error' } });
  });

  it('hangs where the profile says so, until the client goes or the simulator closes', async () => {
    const simulator = await simulate({ countTokens: 'hangs' });
    const leaving = new AbortController();
    const [left, closed] = [count(simulator, { signal: leaving.signal }), count(simulator)];
    const outcomes = Promise.allSettled([left, closed]);
    await expect.poll(() => simulator.countTokensRequests).toBe(2);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await simulator.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
