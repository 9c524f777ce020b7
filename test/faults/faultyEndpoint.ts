/** An endpoint that plays a fault on the first request of a conversation, and is sound for all others. */
import { startWire } from '../unit/claude/wire.ts';
import type { Exchange } from '../unit/claude/wire.ts';
import { readReply } from './scene.ts';
import type { ReplyEvent, Scene } from './scene.ts';
import type { Way } from './wireFault.ts';

export interface FaultyEndpoint {
  baseUrl: string;
  /** All text that was sent to the conversation before its fault, as far as it was sent byte by byte. */
  sentText(marker: string): string;
  stop(): Promise<void>;
}

export interface FaultyEndpointOptions {
  /** What a prompt holds, and how its first request goes wrong. Where the simulator does it, this passes it on. */
  ways: ReadonlyMap<string, Way>;
  /** Of the simulator that answers everything sound. */
  port: number;
  untilKept(marker: string, characters: number): Promise<unknown>;
}

export async function startFaultyEndpoint(options: FaultyEndpointOptions): Promise<FaultyEndpoint> {
  const { ways, port, untilKept } = options;
  const met = new Set<string>();
  const sent = new Map<string, string>();

  async function answer(exchange: Exchange): Promise<void> {
    const marker = [...ways.keys()].find((each) => exchange.body.includes(each)) ?? '';
    const how = ways.get(marker)?.how;
    if (how?.by !== 'bytes' || met.has(marker)) return exchange.forwardTo(port);
    met.add(marker);
    const reply = readReply(await soundStream(exchange));
    const receive = ({ text }: ReplyEvent): void => void sent.set(marker, (sent.get(marker) ?? '') + text);
    const send: Scene['send'] = (...events) => {
      for (const event of events) {
        exchange.send(event.bytes);
        receive(event);
      }
    };
    await how.play({
      exchange,
      reply,
      receive,
      send,
      sendFirstHalf: () => send(reply.messageStart, reply.blockStart, ...reply.firstDeltas),
      repeat: (bytes, everyMs) => {
        const timer = setInterval(() => exchange.send(bytes), everyMs);
        void exchange.closed.then(() => clearInterval(timer));
      },
      untilKept: async () => {
        await untilKept(marker, sent.get(marker)?.length ?? 0);
      },
    });
  }

  async function soundStream({ body }: Exchange): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'test', 'anthropic-version': '2023-06-01' },
      body: Buffer.from(body, 'latin1'),
    });
    return response.text();
  }

  const wire = await startWire(answer);
  return { baseUrl: wire.baseUrl, sentText: (marker) => sent.get(marker) ?? '', stop: wire.stop };
}
