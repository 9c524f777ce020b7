import { createServer as createTcpServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClaudeClient } from '../../../src/claude/client.ts';
import type { ClaudeCredentials } from '../../../src/claude/client.ts';
import { CERTIFICATE, KEY } from './certificate.ts';
import * as sse from './sse.ts';
import { afterMs, CREDENTIALS, MESSAGE, watch } from './watching.ts';
import type { Wire } from './wire.ts';
import { startWire } from './wire.ts';

let wire: Wire | undefined;
const servers: Server[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await wire?.stop();
  wire = undefined;
  for (const server of servers.splice(0)) server.close();
});

/** What the server sees of a request made with these credentials. */
async function headOf(credentials: Partial<ClaudeCredentials>): Promise<{ head: string; body: string }> {
  let seen = { head: '', body: '' };
  wire = await startWire((exchange) => {
    seen = exchange;
    exchange.respond();
    exchange.send(sse.wholeMessage('Hi'));
  });
  const client = createClaudeClient({ ...CREDENTIALS, baseUrl: wire.baseUrl, ...credentials });
  expect(await watch(wire.baseUrl, { client }).ended).toMatchObject({ kind: 'message_end' });
  return seen;
}

describe('the client', () => {
  it('sends the message as it is, streamed, with the key', async () => {
    const { head, body } = await headOf({ apiKey: 'own-key' });
    expect(head).toMatch(/^POST \/v1\/messages HTTP\/1\.1/);
    expect(head).toMatch(/^authorization: Bearer own-key$/im);
    expect(JSON.parse(body)).toEqual({ ...MESSAGE, stream: true });
  });

  it('sends the token where there is no key, and the key where there are both', async () => {
    expect((await headOf({ apiKey: null, authToken: 'own-token' })).head).toContain('Bearer own-token');
    expect((await headOf({ apiKey: '', authToken: 'own-token' })).head).toContain('Bearer own-token');
    expect((await headOf({ apiKey: 'own-key', authToken: 'own-token' })).head).toContain('Bearer own-key');
  });

  it('refuses to be made without either, instead of looking for a credential elsewhere', () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'other-key');
    expect(() => createClaudeClient({ ...CREDENTIALS, apiKey: null, baseUrl: null })).toThrow(
      /ANTHROPIC_API_KEY/,
    );
  });

  it('reads nothing from the environment', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'other-key');
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'other-token');
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
    vi.stubEnv('ANTHROPIC_LOG', 'debug');
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    const debug = vi.spyOn(console, 'debug').mockImplementation(() => {});
    const { head } = await headOf({ apiKey: 'own-key' });
    expect(head).toContain('Bearer own-key');
    expect(head).not.toContain('other-');
    expect(debug).not.toHaveBeenCalled();
    expect(createClaudeClient({ ...CREDENTIALS, baseUrl: null }).baseURL).toBe('https://api.anthropic.com');
  });

  it.each([
    ['ends whole', sse.wholeMessage('Hi'), 'message_end'],
    ['is aborted', sse.opening('Hi'), 'aborted'],
    ['fails', '', 'api_error'],
  ])('makes one connection for a stream that %s, and leaves none', async (_name, bytes, kind) => {
    wire = await startWire((exchange) => {
      exchange.respond(bytes === '' ? 500 : 200);
      exchange.send(bytes);
      if (bytes === '') exchange.endBody();
    });
    const client = createClaudeClient({ ...CREDENTIALS, baseUrl: wire.baseUrl });
    const stream = watch(wire.baseUrl, { client });
    if (kind === 'aborted') void stream.has('Hi').then(() => stream.controller.abort());
    expect(await stream.ended).toMatchObject({ kind });
    await expect.poll(() => wire?.openSockets(), { interval: 5 }).toBe(0);
    await afterMs(30);
    expect(wire.connections()).toBe(1);
  });

  it.each([
    ['', {}],
    [', although the server offers to keep the socket', { 'keep-alive': 'timeout=600' }],
  ])('leaves no socket after a small JSON response%s', async (_name, headers) => {
    wire = await startWire((exchange) => {
      exchange.respond(200, { 'content-type': 'application/json', ...headers });
      exchange.send('{"input_tokens":8}');
      exchange.endBody();
    });
    const client = createClaudeClient({ ...CREDENTIALS, baseUrl: wire.baseUrl });
    const { model, messages } = MESSAGE;
    expect(await client.messages.countTokens({ model, messages })).toEqual({ input_tokens: 8 });
    await expect.poll(() => wire?.openSockets(), { interval: 5, timeout: 500 }).toBe(0);
    expect(wire.connections()).toBe(1);
  });

  it('asks for an uncompressed stream: a compressor would hold deltas back', async () => {
    expect((await headOf({})).head).toMatch(/^accept-encoding: identity$/im);
  });
});

describe('the proxy', () => {
  it('carries a whole stream from an https address, and its abort', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const proxy = await startProxy();
    let upstreamClosed: Promise<unknown> | undefined;
    const upstream = createTlsServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
      upstreamClosed = new Promise((resolve) => response.on('close', resolve));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        request.headers.authorization === 'Bearer whole' ? sse.wholeMessage('Hi') : sse.opening('Hi'),
      );
    });
    const port = await listen(upstream);
    const baseUrl = `https://localhost:${port}`;
    const through = (apiKey: string) =>
      createClaudeClient({
        ...CREDENTIALS,
        apiKey,
        baseUrl,
        httpsProxy: proxy.address,
        noProxy: 'example.com',
      });

    const whole = watch(baseUrl, { client: through('whole') });
    expect(await whole.ended).toMatchObject({ kind: 'message_end' });
    expect(whole.text()).toBe('Hi');
    await upstreamClosed;

    const cut = watch(baseUrl, { client: through('cut') });
    await cut.has('Hi');
    cut.controller.abort();
    expect(await cut.ended).toEqual({ kind: 'aborted' });
    await upstreamClosed;
    expect(proxy.asked).toEqual([`localhost:${port}`, `localhost:${port}`]);
  });

  it('is left by a small JSON response, with its tunnel', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const proxy = await startProxy();
    const upstream = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":8}');
    });
    // So that it is not the server that closes.
    upstream.keepAliveTimeout = 60_000;
    const baseUrl = `https://localhost:${await listen(upstream)}`;
    const client = createClaudeClient({ ...CREDENTIALS, baseUrl, httpsProxy: proxy.address });
    const { model, messages } = MESSAGE;
    expect(await client.messages.countTokens({ model, messages })).toEqual({ input_tokens: 8 });
    expect(proxy.asked).toHaveLength(1);
    await expect.poll(() => openConnections(upstream), { interval: 5, timeout: 500 }).toBe(0);
  });

  it.each(['*', 'localhost', '.localhost', 'example.com,localhost'])(
    'is left out for NO_PROXY %s',
    async (noProxy) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      const proxy = await startProxy();
      const upstream = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(sse.wholeMessage('Hi'));
      });
      const baseUrl = `https://localhost:${await listen(upstream)}`;
      const client = createClaudeClient({ ...CREDENTIALS, baseUrl, httpsProxy: proxy.address, noProxy });
      expect(await watch(baseUrl, { client }).ended).toMatchObject({ kind: 'message_end' });
      expect(proxy.asked).toEqual([]);
    },
  );

  it('is left out for an http address, as HTTPS_PROXY says', async () => {
    const proxy = await startProxy();
    await headOf({ httpsProxy: proxy.address });
    expect(proxy.asked).toEqual([]);
  });

  it('that refuses is named, with its status', async () => {
    const proxy = await startProxy('HTTP/1.1 403 Forbidden\r\n\r\n');
    const baseUrl = 'https://api.invalid';
    const client = createClaudeClient({ ...CREDENTIALS, baseUrl, httpsProxy: proxy.address });
    const end = await watch(baseUrl, { client }).ended;
    expect(end).toMatchObject({ kind: 'connection_lost', error: { kind: 'proxy_refused' } });
    expect(JSON.stringify(end)).toContain('403');
  });

  it('that never answers is a stall of the phase connect', async () => {
    const proxy = await startProxy('');
    const baseUrl = 'https://api.invalid';
    const client = createClaudeClient({
      ...CREDENTIALS,
      baseUrl,
      httpsProxy: proxy.address.replace('http://', ''),
    });
    const end = await watch(baseUrl, { client, limits: { connectMs: 200 } }).ended;
    expect(end).toMatchObject({ kind: 'stalled', phase: 'connect', silence: 'no_bytes' });
    expect(proxy.asked).toEqual(['api.invalid:443']);
  });

  it('whose address cannot be read is refused, and its password not quoted', () => {
    const make = () =>
      createClaudeClient({ ...CREDENTIALS, baseUrl: null, httpsProxy: 'http://me:secret@:::' });
    expect(make).toThrow(/HTTPS_PROXY/);
    expect(make).not.toThrow(/secret/);
  });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function openConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, connections) => resolve(connections));
  });
}

/** A proxy that opens tunnels; with an answer given, it gives that one instead. */
async function startProxy(answer?: string): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const [, host = '', port = ''] = /^CONNECT ([^: ]+):(\d+)/.exec(bytes.toString()) ?? [];
      asked.push(`${host}:${port}`);
      if (answer !== undefined) return void socket.write(answer);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        one.on('close', () => other.destroy());
      }
    });
  });
  return { address: `http://127.0.0.1:${await listen(server)}`, asked };
}
