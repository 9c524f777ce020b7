import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorProfile } from '../../../src/simulator/profile.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import { simulate, stopReason, stopSimulators, talk, types, user } from './talk.ts';
import type { Reply, Talk } from './talk.ts';

afterEach(stopSimulators);

type FaultProfile = NonNullable<SimulatorProfile['faults']>[number];
type Kind = FaultProfile extends infer Each ? (Each extends unknown ? Omit<Each, 'attempt'> : never) : never;

/** The first attempt, struck by a fault. */
async function struck(
  fault: Kind,
  options: Talk = {},
  profile: SimulatorProfile = {},
): Promise<{ simulator: Simulator; reply: Reply }> {
  const faults = [{ attempt: 1, ...fault } as FaultProfile];
  const simulator = await simulate({ pingEveryMs: 0, ...profile, faults });
  return { simulator, reply: await talk(simulator, [user('Hi')], options) };
}

const ended = async (simulator: Simulator): Promise<unknown> => {
  await expect.poll(() => simulator.log[0]?.ended).not.toBeNull();
  return simulator.log[0];
};

const count = (reply: Reply, type: string): number => types(reply).filter((each) => each === type).length;

describe('a stall', () => {
  it.each([
    ['pings', (reply: Reply) => count(reply, 'ping') >= 3],
    ['comments', (reply: Reply) => reply.comments.length >= 3],
    ['empty_deltas', (reply: Reply) => reply.events.slice(-3).every(({ delta }) => delta?.text === '')],
    ['unknown_events', (reply: Reply) => count(reply, 'weather_report') >= 2],
  ] as const)(
    'with %s stops after exactly the characters asked for and stays open',
    async (silence, leaveWhen) => {
      const { simulator, reply } = await struck(
        { kind: 'stall', afterCharacters: 301, silence, everyMs: 5 },
        { leaveWhen },
      );
      expect(reply.end).toBe('open');
      expect(reply.text).toHaveLength(301);
      expect(simulator.truth('Hi').startsWith(reply.text)).toBe(true);
      expect(await ended(simulator)).toMatchObject({ fault: 'stall', ended: 'fault', sentText: reply.text });
      expect(simulator.log[0]?.clientGoneAt).toBeGreaterThan(simulator.log[0]?.at ?? Infinity);
    },
  );

  it('with nothing sends no byte more', async () => {
    const { simulator, reply } = await struck(
      { kind: 'stall', afterCharacters: 300, silence: 'nothing' },
      { leaveWhen: ({ text }) => text.length >= 300 },
      { pingEveryMs: 1 },
    );
    expect(reply.text).toHaveLength(300);
    expect(await ended(simulator)).toMatchObject({ fault: 'stall', ended: 'fault' });
  });

  it('past the end of the text never strikes', async () => {
    const { simulator, reply } = await struck({ kind: 'stall', afterCharacters: 50_000 });
    expect(types(reply).at(-1)).toBe('message_stop');
    expect(await ended(simulator)).toMatchObject({ fault: null, ended: 'whole' });
  });
});

describe('a connection', () => {
  it('that ends cleanly without message_stop, with or without announcing it', async () => {
    for (const connectionClose of [false, true]) {
      const { simulator, reply } = await struck({ kind: 'eof', afterCharacters: 200, connectionClose });
      expect(reply.end).toBe('ended');
      expect(reply.headers.connection).toBe(connectionClose ? 'close' : 'keep-alive');
      expect(reply.text).toHaveLength(200);
      expect(types(reply)).not.toContain('message_delta');
      expect(await ended(simulator)).toMatchObject({ fault: 'eof', ended: 'fault', clientGoneAt: null });
    }
  });

  it('that ends inside the chunked body', async () => {
    const { reply } = await struck({ kind: 'eof', afterCharacters: 200, insideBody: true });
    expect(reply.text).toHaveLength(200);
    expect(reply.end).not.toBe('ended');
  });

  it('that is reset, after everything written before has arrived', async () => {
    const { simulator, reply } = await struck({ kind: 'reset', afterCharacters: 1_500 });
    expect(reply.end).toBe('ECONNRESET');
    expect(reply.text).toHaveLength(1_500);
    expect(await ended(simulator)).toMatchObject({ fault: 'reset', ended: 'fault', sentCharacters: 1_500 });
  });

  it('that announces its end and is reset ends without an error in fetch: the trap it is there for', async () => {
    const faults = [
      { kind: 'reset' as const, every: true as const, afterCharacters: 100, connectionClose: true },
    ];
    const simulator = await simulate({ faults });
    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'key' },
      body: JSON.stringify({ model: 'm', max_tokens: 1_000, stream: true, messages: [user('Hi')] }),
    });
    expect(await response.text()).not.toContain('message_stop');
  });
});

describe('the beginning of a reply', () => {
  it('that never comes: no_headers', async () => {
    const simulator = await simulate({ faults: [{ kind: 'no_headers', attempt: 1 }] });
    const options = { method: 'POST', headers: { 'x-api-key': 'key' }, agent: false };
    const request = httpRequest(`${simulator.url}/v1/messages`, options).on('error', () => undefined);
    request.end(JSON.stringify({ model: 'm', max_tokens: 1, stream: true, messages: [user('Hi')] }));
    await expect.poll(() => simulator.log[0]?.fault).toBe('no_headers');
    expect(simulator.log[0]).toMatchObject({ headersSent: false, status: null, ended: null });
    request.destroy();
    expect(await ended(simulator)).toMatchObject({ ended: 'fault', headersSent: false, status: null });
  });

  it('without content: no_first_token', async () => {
    const { simulator, reply } = await struck(
      { kind: 'no_first_token', everyMs: 5 },
      { leaveWhen: (sofar) => count(sofar, 'ping') >= 3 },
    );
    expect(new Set(types(reply))).toEqual(new Set(['message_start', 'ping']));
    expect(await ended(simulator)).toMatchObject({ fault: 'no_first_token', ended: 'fault' });
  });

  it('with a long think: pings only, then the whole text', async () => {
    const { simulator, reply } = await struck(
      { kind: 'long_think', durationMs: 120 },
      {},
      { pingEveryMs: 20 },
    );
    const thinking = types(reply).slice(0, types(reply).indexOf('content_block_stop'));
    expect(thinking.filter((type) => type === 'ping').length).toBeGreaterThanOrEqual(4);
    expect(reply.text).toBe(simulator.truth('Hi'));
    expect(await ended(simulator)).toMatchObject({ fault: 'long_think', ended: 'whole' });
  });

  it.each([
    ['empty_body', 'text/event-stream; charset=utf-8', /^$/],
    ['json_body', 'application/json', /^\{"id"/],
    ['html_body', 'text/html', /<title>/],
  ] as const)('with status 200 and no events in it: %s', async (kind, contentType, body) => {
    const { simulator, reply } = await struck({ kind });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ 'content-type': contentType, 'x-throughline-simulator': '1' });
    expect(reply.bytes.toString('utf8')).toMatch(body);
    expect(await ended(simulator)).toMatchObject({ fault: kind, ended: 'fault', sentText: '' });
  });

  it.each([
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [529, 'overloaded_error'],
  ])('with status %i: %s, and the headers asked for', async (status, type) => {
    const { simulator, reply } = await struck({
      kind: 'status',
      status,
      headers: { 'retry-after': '7' },
      message: 'Not now.',
    });
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({ 'retry-after': '7', 'x-throughline-simulator': '1' });
    expect(JSON.parse(reply.bytes.toString('utf8'))).toEqual({
      type: 'error',
      error: { type, message: 'Not now.' },
      request_id: reply.headers['request-id'],
    });
    expect(await ended(simulator)).toMatchObject({ fault: 'status', ended: 'fault', status });
  });
});

describe('the end of a reply', () => {
  it.each(['stop_reason_then_eof', 'stop_reason_then_silence'] as const)('%s', async (kind) => {
    const { simulator, reply } = await struck(
      { kind },
      { leaveWhen: (sofar) => stopReason(sofar) !== undefined },
    );
    expect(stopReason(reply)).toBe('end_turn');
    expect(types(reply)).not.toContain('message_stop');
    expect(reply.text).toBe(simulator.truth('Hi'));
    expect(await ended(simulator)).toMatchObject({ fault: kind, ended: 'fault' });
  });

  it('with a socket left open: hang_after_stop', async () => {
    const leaveWhen = (sofar: Reply): boolean => types(sofar).at(-1) === 'message_stop';
    const { simulator, reply } = await struck({ kind: 'hang_after_stop' }, { leaveWhen });
    expect(reply.end).toBe('open');
    expect(await ended(simulator)).toMatchObject({ fault: 'hang_after_stop', ended: 'fault' });
    expect(simulator.log[0]?.clientGoneAt).not.toBeNull();
  });

  it('with late deltas, which are sent but continue nothing', async () => {
    const { simulator, reply } = await struck({ kind: 'late_deltas' });
    const all = types(reply);
    expect(all.indexOf('message_stop')).toBeLessThan(all.lastIndexOf('content_block_delta'));
    expect(simulator.log[0]?.sentText).toBe(reply.text);
    expect(simulator.log[0]?.continuation).toBe(simulator.truth('Hi'));
    expect(reply.text).not.toBe(simulator.truth('Hi'));
  });
});

describe('inside the text', () => {
  it('an error event of the type asked for', async () => {
    const { reply } = await struck({
      kind: 'error_event',
      afterCharacters: 99,
      type: 'api_error',
      message: 'Oh.',
    });
    expect(reply.text).toHaveLength(99);
    expect(reply.events.at(-1)).toMatchObject({
      type: 'error',
      error: { type: 'api_error', message: 'Oh.' },
    });
  });

  it('a malformed event loses its text, and the reply goes on to its end', async () => {
    const { simulator, reply } = await struck({ kind: 'malformed_event', afterCharacters: 120 });
    expect(reply.broken).toHaveLength(1);
    expect(types(reply).at(-1)).toBe('message_stop');
    const truth = simulator.truth('Hi');
    expect(reply.text).toBe(truth.slice(0, 120) + truth.slice(132));
    expect(simulator.log[0]?.sentText).toBe(reply.text);
    expect(simulator.log[0]?.continuation).toBe(truth.slice(0, 120));
    expect(await ended(simulator)).toMatchObject({ fault: 'malformed_event', ended: 'fault' });
  });

  it('a second message_start, whose message is sent but continues nothing', async () => {
    const { simulator, reply } = await struck({ kind: 'second_message_start', afterCharacters: 100 });
    expect(count(reply, 'message_start')).toBe(2);
    expect(types(reply).at(-1)).toBe('message_stop');
    expect(simulator.log[0]?.continuation).toHaveLength(100);
    expect(simulator.log[0]?.sentText).toBe(reply.text);
  });
});

it('a slow drip cuts inside many-byte characters and still is the same text', async () => {
  const profile = { characters: 1_500, charactersPerDelta: 400 };
  const { simulator, reply } = await struck(
    { kind: 'slow_drip', bytesPerWrite: 37, everyMs: 0 },
    {},
    profile,
  );
  expect(reply.text).toBe(simulator.truth('Hi'));
  expect(await ended(simulator)).toMatchObject({ fault: 'slow_drip', ended: 'whole', sentText: reply.text });
});

it('a record says how much the reply was to add, however much it did', async () => {
  const { simulator, reply } = await struck({ kind: 'eof', afterCharacters: 200 });
  expect(await ended(simulator)).toMatchObject({ plannedCharacters: simulator.truth('Hi').length });
  expect(reply.text).toHaveLength(200);
  const refused = await struck({ kind: 'status', status: 500 });
  expect(await ended(refused.simulator)).toMatchObject({ plannedCharacters: null });
});

it('a client that leaves a healthy reply is told from a fault', async () => {
  const simulator = await simulate({ deltasPerSecond: 500 });
  await talk(simulator, [user('Hi')], { leaveWhen: ({ text }) => text.length > 50 });
  expect(await ended(simulator)).toMatchObject({ fault: null, ended: 'client_gone' });
  expect(simulator.log[0]?.clientGoneAt).not.toBeNull();
});
