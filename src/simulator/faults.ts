/** What can go wrong with a reply, on purpose. One fault a request: the first of the profile's list that fits. */
import { z } from 'zod';
import { characterCount, durationMs, intervalMs } from './fields.ts';

/** Which requests a fault befalls. Either `attempt` or `every` is there; `model` and `promptIncludes` narrow it. */
const when = {
  /** The nth request of a conversation, from 1; whatever becomes of a request, it counts. */
  attempt: z.int().min(1).optional(),
  /** Each request of each conversation. */
  every: z.literal(true).optional(),
  /** Only requests for this model. */
  model: z.string().optional(),
  /** Only where a user text of the conversation holds this. */
  promptIncludes: z.string().min(1).optional(),
};

/** Strikes after so many characters of this response's text, an echo included; a shorter response goes unharmed. */
const afterCharacters = characterCount.default(0);

/** What the socket carries while no content comes. */
export const NOISES = ['pings', 'comments', 'nothing', 'empty_deltas', 'unknown_events'] as const;
const silence = z.enum(NOISES);
export type Noise = z.output<typeof silence>;

/** How often that is sent. */
const everyMs = intervalMs.default(200);

const headers = z.record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/));

const anyFault = z.discriminatedUnion('kind', [
  /** The text stops, the socket stays open for ever. */
  z.strictObject({
    kind: z.literal('stall'),
    ...when,
    afterCharacters,
    silence: silence.default('pings'),
    everyMs,
  }),
  /** The request is taken and never answered: not even headers. */
  z.strictObject({ kind: z.literal('no_headers'), ...when }),
  /** Headers and `message_start`, then pings for ever. */
  z.strictObject({ kind: z.literal('no_first_token'), ...when, everyMs }),
  /** A thinking block with nothing but pings in it for `durationMs`, then the reply as if nothing had been. */
  z.strictObject({ kind: z.literal('long_think'), ...when, durationMs }),
  /** The body ends cleanly, without `message_stop`. */
  z.strictObject({
    kind: z.literal('eof'),
    ...when,
    afterCharacters,
    /** Whether the reply announces `Connection: close`. */
    connectionClose: z.boolean().default(false),
    /** Whether the socket is ended (FIN) inside the chunked body instead, which is no clean end. */
    insideBody: z.boolean().default(false),
  }),
  /** The connection is reset (RST). */
  z.strictObject({
    kind: z.literal('reset'),
    ...when,
    afterCharacters,
    /** Whether the reply announces `Connection: close`: then Node 20's fetch takes even this for an end. */
    connectionClose: z.boolean().default(false),
  }),
  /** The whole text and its stop reason, no `message_stop`; the socket stays open. */
  z.strictObject({
    kind: z.literal('stop_reason_then_silence'),
    ...when,
    silence: silence.exclude(['empty_deltas']).default('nothing'),
    everyMs,
  }),
  /** The whole text and its stop reason, then the body ends without `message_stop`. */
  z.strictObject({ kind: z.literal('stop_reason_then_eof'), ...when }),
  /** An `error` event inside the stream, after which the body ends. */
  z.strictObject({
    kind: z.literal('error_event'),
    ...when,
    afterCharacters,
    /** The API's error type. */
    type: z.string().default('overloaded_error'),
    message: z.string().default('Overloaded'),
  }),
  /** An HTTP error instead of a stream. */
  z.strictObject({
    kind: z.literal('status'),
    ...when,
    status: z.int().min(400).max(599),
    /** Sent along: `retry-after`, `retry-after-ms`, `x-should-retry`, … */
    headers: headers.default({}),
    /** The API's error type; the one usual for the status when absent. */
    type: z.string().optional(),
    message: z.string().default('An error the profile asked for.'),
  }),
  /** One delta arrives as a line cut short, which is no JSON, and its text is lost; then the reply goes on. */
  z.strictObject({ kind: z.literal('malformed_event'), ...when, afterCharacters }),
  /** Status 200, an event stream, not one byte in it. */
  z.strictObject({ kind: z.literal('empty_body'), ...when }),
  /** Status 200 and a JSON message where a stream was asked for. */
  z.strictObject({ kind: z.literal('json_body'), ...when }),
  /** Status 200 and a web page, as some proxies answer. */
  z.strictObject({ kind: z.literal('html_body'), ...when }),
  /** The whole reply in dribbles, cut in the midst of lines, events and multi-byte characters. */
  z.strictObject({
    kind: z.literal('slow_drip'),
    ...when,
    bytesPerWrite: z.int().min(1).max(1_000_000).default(7),
    everyMs: durationMs.default(1),
  }),
  /** Text deltas after `message_stop`. */
  z.strictObject({ kind: z.literal('late_deltas'), ...when }),
  /** Another message begins in the middle of this one and goes on to a proper end. */
  z.strictObject({ kind: z.literal('second_message_start'), ...when, afterCharacters }),
  /** A proper `message_stop`, and the socket is left open. */
  z.strictObject({ kind: z.literal('hang_after_stop'), ...when }),
]);

/** A fault as the simulator holds it, every default filled in. */
export type Fault = z.output<typeof anyFault>;
export type FaultKind = Fault['kind'];

export const faultSchema = anyFault.superRefine((fault, context) => {
  if ((fault.attempt === undefined) === (fault.every === undefined)) {
    context.addIssue({
      code: 'custom',
      message: 'give exactly one of "attempt" (a number from 1) and "every" (true)',
      input: fault,
    });
  }
});

export interface FaultOccasion {
  attempt: number;
  model: string;
  /** All user texts of the conversation. */
  userText: string;
}

/** What a prompt's `[cut: …]` stands for. */
export function firstRequestReset(afterCharacters: number): Fault {
  return { kind: 'reset', attempt: 1, afterCharacters, connectionClose: false };
}

export function findFault(faults: readonly Fault[], occasion: FaultOccasion): Fault | null {
  const fits = ({ attempt, model, promptIncludes }: Fault): boolean =>
    (attempt === undefined || attempt === occasion.attempt) &&
    (model === undefined || model === occasion.model) &&
    (promptIncludes === undefined || occasion.userText.includes(promptIncludes));
  return faults.find(fits) ?? null;
}
