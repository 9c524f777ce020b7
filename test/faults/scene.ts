/** What a fault is played on: one request's socket, and the sound response it would have had. */
import type { Exchange } from '../unit/claude/wire.ts';

/** One event of a response, and the text in it. */
export interface ReplyEvent {
  bytes: string;
  text: string;
}

/** A sound response, event by event. Its text is the beginning of what the simulator holds for the truth. */
export interface Reply {
  messageStart: ReplyEvent;
  blockStart: ReplyEvent;
  /** Every text delta; there are some forty of thirty characters. */
  deltas: readonly ReplyEvent[];
  /** The first half of them. */
  firstDeltas: readonly ReplyEvent[];
  blockStop: ReplyEvent;
  /** It holds the stop reason. */
  messageDelta: ReplyEvent;
  messageStop: ReplyEvent;
  all: readonly ReplyEvent[];
}

export interface Scene {
  exchange: Exchange;
  reply: Reply;
  /** Sends events, each in a chunk of its own; their text counts as received. */
  send(...events: readonly ReplyEvent[]): void;
  /** Counts an event that was sent by other means. */
  receive(event: ReplyEvent): void;
  /** `message_start` to the middle of the text. */
  sendFirstHalf(): void;
  /** Sends bytes over and over until the other side closes. */
  repeat(bytes: string, everyMs: number): void;
  /** Waits until all text that was sent is kept outside the worker. */
  untilKept(): Promise<void>;
}

/** @param stream a whole event stream as the simulator sends it */
export function readReply(stream: string): Reply {
  const all = stream.split(/(?<=\n\n)/).map((bytes): ReplyEvent => ({ bytes, text: textOf(bytes) }));
  const named = (name: string): ReplyEvent[] =>
    all.filter(({ bytes }) => bytes.startsWith(`event: ${name}\n`));
  const only = (name: string): ReplyEvent => {
    const [event, ...others] = named(name);
    if (event === undefined || others.length > 0) throw new Error(`not one ${name} in ${all.length} events`);
    return event;
  };
  const deltas = named('content_block_delta');
  return {
    messageStart: only('message_start'),
    blockStart: only('content_block_start'),
    deltas,
    firstDeltas: deltas.slice(0, deltas.length / 2),
    blockStop: only('content_block_stop'),
    messageDelta: only('message_delta'),
    messageStop: only('message_stop'),
    all,
  };
}

function textOf(bytes: string): string {
  const data = JSON.parse(/^data: (.*)$/m.exec(bytes)?.[1] ?? '{}') as { delta?: { text?: string } };
  return data.delta?.text ?? '';
}
