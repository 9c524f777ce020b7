/**
 * The simulator's profile: what a simulated Claude is like. A JSON file or object with the fields below, all optional.
 *
 * One schema is the type, the check and the documentation; a second list of the fields would drift from it.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BEHAVIOURS } from './behaviours.ts';
import { chaosSchema } from './chaos.ts';
import { faultSchema } from './faults.ts';
import { characterCount, durationMs, intervalMs } from './fields.ts';
import { describeProblem } from './problems.ts';
import { TEXT_KINDS } from './texts/kinds.ts';

/** How a continuation question is answered; `behaviours.ts` says what each name means. */
const behaviour = z.enum(BEHAVIOURS);

const thinking = z.strictObject({
  /** How long the thinking block stays open. */
  durationMs,
  /** `omitted`: nothing but pings meanwhile, as the newest models do. `summarized`: thinking text comes. */
  display: z.enum(['omitted', 'summarized']).default('omitted'),
  /** The pace of `summarized`. Either way each such step is billed as one delta of text. */
  everyMs: intervalMs.default(200),
});

const capacity = z.strictObject({
  /** So many responses are served at once; a request beyond is refused, and in the log like any other. */
  concurrent: z.int().min(1).max(1_000_000),
  /** Sent with a refusal, as `retry-after`. */
  retryAfterS: z.int().min(0).max(86_400).optional(),
  /** Sent with a refusal, as `retry-after-ms`. */
  retryAfterMs: durationMs.optional(),
  /** 429 is a `rate_limit_error`, 529 an `overloaded_error`. */
  status: z.literal([429, 529]).default(429),
});

const fields = z.strictObject({
  /** Another seed, other words. */
  seed: z.int().default(1),
  /** About how long each text is, in UTF-16 code units. `[characters: 3000]` in a prompt comes first. */
  characters: z.int().min(1).max(10_000_000).default(2_000),
  /**
   * What kind of text each is; `texts/kinds.ts` says what the names mean. `[text: poetry]` in a prompt comes first, and
   * a name there that is none is refused with 400.
   */
  textKind: z.enum(TEXT_KINDS).default('prose'),
  /**
   * Whether each request words its continuation differently, so that attempts that were mixed up show. All text is
   * prose then: another `textKind` is refused, and `[text: …]` in a prompt ignored.
   */
  divergent: z.boolean().default(false),
  /** Whether an assistant message in a conversation's first request is its given beginning, not a wrong partial. */
  givenOpening: z.boolean().default(false),

  /** The length of a text delta. */
  charactersPerDelta: z.int().min(1).max(1_000_000).default(12),
  /** The pace; 0 is as fast as the socket takes it. */
  deltasPerSecond: z.number().min(0).max(1_000_000).default(100),
  /** Whether deltas may part a surrogate pair; it arrives as two JSON escapes. */
  splitSurrogatePairs: z.boolean().default(false),
  /** From `message_start` to the first content block. */
  firstTokenMs: durationMs.default(20),
  /** The time between two pings; 0 for none. */
  pingEveryMs: durationMs.default(1_000),
  /** How lines end on the wire: all three are legal in an event stream. */
  lineEnding: z.enum(['lf', 'crlf', 'cr']).default('lf'),

  /** A thinking block before the text. Not after a prefill, nor where the request disables thinking. */
  thinking: thinking.optional(),
  /** Into how many text blocks the text is split. */
  textBlocks: z.int().min(1).max(1_000).default(1),
  /** Whether a web search (server_tool_use and its result) comes before the text. */
  serverTool: z.boolean().default(false),

  /** A stop reason other than the text's own. `pause_turn` comes on the first attempt only. */
  stopReason: z.enum(['refusal', 'tool_use', 'pause_turn', 'model_context_window_exceeded']).optional(),
  /** After so many characters of a response; a shorter one ends as usual. Absent: after the whole text. */
  stopAfterCharacters: characterCount.optional(),
  /** Whether `pause_turn` comes on every attempt. */
  stopReasonEvery: z.boolean().default(false),

  /** Models that take a prefill, by the beginning of their names. */
  prefillModels: z
    .array(z.string().min(1))
    .default(['claude-haiku-4-5', 'claude-opus-4-5', 'claude-sonnet-4-5']),
  /** The models there are; others answer 404. Absent: any. */
  models: z.array(z.string()).optional(),
  /** The keys and tokens that are right; others answer 401. Absent: any that is not blank. */
  apiKeys: z.array(z.string()).optional(),

  /**
   * How continuation questions are answered. A list is used up one a question and conversation, its last for good.
   * `[answers: empty, direct]` in a prompt comes first, in the same way.
   */
  continuation: z.union([behaviour, z.array(behaviour).min(1)]).default('echo'),

  /**
   * What goes wrong, and when; the first that fits a request befalls it. See `faults.ts`.
   *
   * `[cut: 1234]` in a prompt resets the conversation's first request after so many characters, unless one of these
   * befalls it.
   */
  faults: z.array(faultSchema).default([]),
  /** Faults by lot, beside those above and after them; see `chaos.ts`. */
  chaos: chaosSchema.optional(),
  /** How many responses the endpoint serves at once. Absent: any number. */
  capacity: capacity.optional(),

  /**
   * What becomes of `POST /v1/messages/count_tokens`. `answers`: the count, four characters a token. `fails`: status
   * 500. `hangs`: nothing at all, until the client goes.
   */
  countTokens: z.enum(['answers', 'fails', 'hangs']).default('answers'),

  /** Whether the log holds request bodies. */
  logBodies: z.boolean().default(false),
});

const profileSchema = fields.superRefine(({ divergent, textKind }, context) => {
  if (!divergent || textKind === 'prose') return;
  context.addIssue({
    code: 'custom',
    path: ['textKind'],
    message: 'write "prose" or leave it out, or "divergent" instead: a divergent text is always prose',
    input: textKind,
  });
});

/** A profile as it is written. */
export type SimulatorProfile = z.input<typeof profileSchema>;

/** A profile with every default filled in. */
export type Settings = z.output<typeof profileSchema>;

export type ProfileResult = { ok: true; profile: Settings } | { ok: false; problems: string[] };

/** Checks a profile. Each problem names its path, the value received and the repair. */
export function parseProfile(input: unknown): ProfileResult {
  const parsed = profileSchema.safeParse(input);
  if (parsed.success) return { ok: true, profile: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => describeProblem(issue, input)) };
}

/** Reads and checks a profile file. A file that cannot be read, or is no JSON, is a problem like any other. */
export async function loadProfileFile(path: string): Promise<ProfileResult> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return failed(
      `The profile file "${path}" cannot be read (${messageOf(error)}). Name a file that exists.`,
    );
  }
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return failed(`The profile file "${path}" is not JSON (${messageOf(error)}). Write one JSON object.`);
  }
  return parseProfile(input);
}

function failed(problem: string): ProfileResult {
  return { ok: false, problems: [problem] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
