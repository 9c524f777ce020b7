/** What a sender does, one after the other: a reply as data, so that it can be planned without a socket. */
import type { Frame } from './frames.ts';

export type Step =
  /** `text`: the visible text the frame carries. `stray`: it is no part of the message. */
  | { kind: 'send'; frame: Frame; text?: string; stray?: boolean }
  /** From here on the reply is not what it should be: the fault strikes. */
  | { kind: 'strike' }
  /** Time passes, with the usual pings. */
  | { kind: 'wait'; ms: number }
  /** Nothing more happens until the client goes, but these frames in turn. */
  | { kind: 'hold'; frames: readonly Frame[]; everyMs: number }
  /** The body ends as it should. */
  | { kind: 'end' }
  /** The socket is ended (FIN) inside the chunked body. */
  | { kind: 'end_inside_body' }
  /** The connection is reset (RST). */
  | { kind: 'reset' };

export const STRIKE: Step = { kind: 'strike' };

export function send(frame: Frame): Step {
  return { kind: 'send', frame };
}
