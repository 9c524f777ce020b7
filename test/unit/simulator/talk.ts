/** Speaks to a simulator over a bare socket's HTTP and keeps all that came: bytes, events, text, and how it ended. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { startSimulator } from '../../../src/simulator/server.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import type { SimulatorProfile } from '../../../src/simulator/profile.ts';

export interface SentEvent {
  type: string;
  index?: number;
  delta?: { type?: string; text?: string; thinking?: string; stop_reason?: string; stop_sequence?: string };
  content_block?: { type: string };
  error?: { type: string; message: string };
  usage?: { output_tokens: number };
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  events: SentEvent[];
  comments: string[];
  /** Data that is no JSON. */
  broken: string[];
  /** The text deltas, joined. */
  text: string;
  /** `open`: we left. `ended`: the body ended as it should. Otherwise Node's error code. */
  end: string;
}

export interface Talk {
  model?: string;
  headers?: Record<string, string>;
  /** We leave as soon as this is true of what has come. */
  leaveWhen?: (reply: Reply) => boolean;
  [field: string]: unknown;
}

const running: Simulator[] = [];

/** A simulator at full speed, unless the profile says otherwise; `stopSimulators` ends it. */
export async function simulate(profile: SimulatorProfile = {}): Promise<Simulator> {
  const simulator = await startSimulator({ profile: { deltasPerSecond: 0, firstTokenMs: 0, ...profile } });
  running.push(simulator);
  return simulator;
}

export async function stopSimulators(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}

export const user = (content: string): object => ({ role: 'user', content });
export const assistant = (content: string): object => ({ role: 'assistant', content });

/** A continuation question in the form with an assistant turn. */
export const goOn = (anchor: string): object =>
  user(`You were interrupted. It ends with: <last_words>${anchor}</last_words> Repeat that and go on.`);

export async function talk(simulator: Simulator, messages: object[], options: Talk = {}): Promise<Reply> {
  const { headers = { 'x-api-key': 'key' }, leaveWhen, ...fields } = options;
  const request = httpRequest(`${simulator.url}/v1/messages`, {
    method: 'POST',
    // Without it Node asks for the connection to be closed, and the reply then says so of its own.
    headers: { connection: 'keep-alive', ...headers },
    agent: false,
  });
  const body = { model: 'claude-sonnet-5-5', max_tokens: 100_000, stream: true, messages, ...fields };
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return read(response, leaveWhen);
}

async function read(response: IncomingMessage, leaveWhen: Talk['leaveWhen']): Promise<Reply> {
  const reply: Reply = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: Buffer.alloc(0),
    events: [],
    comments: [],
    broken: [],
    text: '',
    end: 'open',
  };
  const parser = createParser({
    onComment: (comment) => reply.comments.push(comment),
    onEvent: ({ data }) => {
      try {
        const event = JSON.parse(data) as SentEvent;
        reply.events.push(event);
        if (event.delta?.type === 'text_delta') reply.text += event.delta.text ?? '';
      } catch {
        reply.broken.push(data);
      }
    },
  });
  const decoder = new TextDecoder();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (leaveWhen?.(reply) === true) {
        reply.bytes = Buffer.concat(chunks);
        response.destroy();
        return reply;
      }
    }
    // A last lone CR is held back by the parser, for it might be half a CRLF.
    parser.feed('\n');
    reply.end = response.complete ? 'ended' : 'incomplete';
  } catch (error) {
    reply.end = (error as NodeJS.ErrnoException).code ?? String(error);
  }
  reply.bytes = Buffer.concat(chunks);
  return reply;
}

/** Whether no surrogate pair is in halves. */
export const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);

export const types = (reply: Reply): string[] => reply.events.map(({ type }) => type);

export const stopReason = (reply: Reply): string | undefined =>
  reply.events.find(({ type }) => type === 'message_delta')?.delta?.stop_reason;
