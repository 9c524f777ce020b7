/** Bytes to server-sent events, whatever the line ends and however the bytes are split. */
import { createParser } from 'eventsource-parser';

export interface EventHandlers {
  onEvent(name: string | undefined, data: string): void;
  onComment(): void;
  /** The bytes cannot be read on. Called at most once; nothing is called after it. */
  onBroken(reason: 'not_utf8' | 'event_too_long'): void;
}

export interface EventReader {
  /** Calls the handlers for whatever these bytes complete. An event without its blank line is never handed on. */
  feed(bytes: Uint8Array): void;
}

/** Far above any real event; below it, a line that never ends would be kept in memory for ever. */
const LONGEST_EVENT_CHARACTERS = 16_777_216;

export function createEventReader(handlers: EventHandlers): EventReader {
  // Fatal: a byte that was damaged on the way must not turn into a replacement character inside somebody's text.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = createParser({
    onEvent: ({ event, data }) => handlers.onEvent(event, data),
    onComment: () => handlers.onComment(),
    onError: (error) => {
      // Everything else it reports (unknown fields, an odd `retry`) the standard tells us to pass over.
      if (error.type === 'max-buffer-size-exceeded') breakOff('event_too_long');
    },
    maxBufferSize: LONGEST_EVENT_CHARACTERS,
  });
  let broken = false;
  let endedInCarriageReturn = false;

  function breakOff(reason: 'not_utf8' | 'event_too_long'): void {
    broken = true;
    handlers.onBroken(reason);
  }

  return {
    feed(bytes) {
      if (broken) return;
      let text: string;
      try {
        text = decoder.decode(bytes, { stream: true });
      } catch {
        breakOff('not_utf8');
        return;
      }
      if (text === '') return;
      // The parser holds a carriage return at the end of a chunk back until it sees what follows. With lines that
      // end in a bare one, the last event (`message_stop`) would wait for ever. So every form of line end is turned
      // into a line feed here, one at the chunk's end at once, and a line feed that follows it is left out.
      if (endedInCarriageReturn && text.startsWith('\n')) text = text.slice(1);
      endedInCarriageReturn = text.endsWith('\r');
      parser.feed(text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text);
    },
  };
}
