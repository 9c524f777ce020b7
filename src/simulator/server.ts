/**
 * The simulated Claude endpoint: a real HTTP server with real event streams.
 *
 * - `POST /v1/messages` as the Messages API has it, streaming only; every response names the simulator in a header
 * - `POST /v1/messages/count_tokens` as the Messages API has it
 * - `GET /` and `HEAD /`: 200
 * - `GET /_simulator/log`: all requests so far, JSON
 * - `GET /_simulator/truth?prompt=…`: what a client should hold in the end, for another process to compare
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveCountTokens } from './countTokensEndpoint.ts';
import { createMemory, truth } from './memory.ts';
import type { Memory } from './memory.ts';
import type { RequestRecord } from './log.ts';
import { serveMessages } from './messagesEndpoint.ts';
import { parseProfile } from './profile.ts';
import type { SimulatorProfile } from './profile.ts';

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  profile: SimulatorProfile;
}

export interface Simulator {
  url: string;
  port: number;
  /** All requests so far; it goes on growing, and so do its records. */
  log: readonly RequestRecord[];
  /** Requests to count tokens so far, however they ended; the log has none of them. */
  readonly countTokensRequests: number;
  /** By conversation key or first user text. Throws a RangeError when no such request has come. */
  truth(keyOrPrompt: string): string;
  /** Breaks off whatever is being sent. */
  close(): Promise<void>;
}

/** Rejects with Node's own error when it cannot listen (EADDRINUSE), and with a TypeError for a wrong profile. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1' } = options;
  const parsed = parseProfile(options.profile);
  if (!parsed.ok) throw new TypeError(`The simulator's profile is wrong. ${parsed.problems.join(' ')}`);
  const memory = createMemory(parsed.profile);
  let requests = 0;

  const server = createServer((request, response) => {
    requests += 1;
    const requestId = `req_simulated_${String(requests).padStart(6, '0')}`;
    serve(memory, request, response, requestId).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, `The simulator itself failed: ${asError(error).message}\n`);
    });
  });
  // A client that reuses a connection just as it is closed would see a reset no profile asked for.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.listen({ port, host, backlog: 2_048 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The simulator has no port.');

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    log: memory.log,
    get countTokensRequests() {
      return memory.countTokensRequests;
    },
    truth: (keyOrPrompt) => truth(memory, keyOrPrompt),
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  memory: Memory,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  const { method } = request;
  const reads = method === 'GET' || method === 'HEAD';
  if (method === 'POST' && pathname === '/v1/messages') {
    await serveMessages(memory, request, response, requestId);
  } else if (method === 'POST' && pathname === '/v1/messages/count_tokens') {
    await serveCountTokens(memory, request, response, requestId);
  } else if (reads && pathname === '/') {
    sendText(response, 200, "Throughline's simulated Claude endpoint: POST /v1/messages\n");
  } else if (reads && pathname === '/_simulator/log') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(memory.log));
  } else if (reads && pathname === '/_simulator/truth') {
    sendTruth(memory, response, searchParams.get('prompt'));
  } else {
    sendText(response, 404, `There is no ${method} ${pathname} here; try POST /v1/messages\n`);
  }
}

function sendTruth(memory: Memory, response: ServerResponse, prompt: string | null): void {
  if (prompt === null) {
    sendText(response, 400, 'Say which conversation: /_simulator/truth?prompt=<its first user text>\n');
    return;
  }
  try {
    sendText(response, 200, truth(memory, prompt));
  } catch (error) {
    sendText(response, 404, `${asError(error).message}\n`);
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
