/** A request document, checked before anything starts: every problem at once, each with its path and its repair. */
import { z } from 'zod';
import type { GenerationRequest } from './request.ts';
import { DEFAULT_LIMITS, DEFAULT_MAX_ATTEMPTS, RESUME_CHOICES } from './request.ts';
import type { RequestProblem } from './requestProblem.ts';
import { problem } from './requestProblem.ts';
import { unservable } from './unservableRequest.ts';

export type RequestCheck =
  | { ok: true; request: Omit<GenerationRequest, 'id'> & { id: string | null } }
  | { ok: false; problems: RequestProblem[] };

/** One timer holds no more: 2³¹ − 1 ms, a little over 24 days. */
const LONGEST_LIMIT_MS = 2_147_483_647;
const SHORTEST_LIMIT_MS = 10;
const SHORTEST_TOTAL_MS = 1_000;

const ID_PATTERN = /^(?!\.)[A-Za-z0-9._:-]{1,200}$/;

const milliseconds = (least: number): z.ZodNumber => {
  const error = `give a whole number of milliseconds from ${least} to ${LONGEST_LIMIT_MS}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(LONGEST_LIMIT_MS, { error });
};
const positive = (what: string): z.ZodNumber => {
  const error = `give ${what}, a whole number of 1 or more`;
  return z.number({ error }).int({ error }).min(1, { error });
};
const MODEL_REPAIR = 'name a model in 1 to 200 characters, as in "claude-haiku-4-5"';
// Longer ones would not fit into the summaries that Temporal shows.
const model = z
  .string({ error: MODEL_REPAIR })
  .min(1, { error: MODEL_REPAIR })
  .max(200, { error: MODEL_REPAIR });
const unknownField = (fields: string): string => `no such field: remove it; the fields here are ${fields}`;

const messageSchema = z.looseObject(
  {
    model,
    max_tokens: positive('max_tokens'),
    messages: z
      .array(
        z.looseObject(
          {
            role: z.enum(['user', 'assistant'], { error: 'give "user" or "assistant"' }),
            content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))], {
              error: 'give a text, or an array of content blocks that each have a type',
            }),
          },
          { error: 'give a message: { "role", "content" }' },
        ),
        { error: 'give an array of messages' },
      )
      .min(1, { error: 'give at least one message' }),
    stop_sequences: z
      .array(z.string({ error: 'give a text' }), { error: 'give an array of texts' })
      .optional(),
    thinking: z
      .looseObject(
        {
          type: z.string({ error: 'give a text, as in "enabled"' }),
          budget_tokens: z.number({ error: 'give a number of tokens' }).optional(),
        },
        { error: 'give an object, as in { "type": "disabled" }' },
      )
      .optional(),
  },
  { error: 'give a Messages API request: { "model", "max_tokens", "messages", … }' },
);

const limitsSchema = z
  .strictObject(
    {
      connectMs: milliseconds(SHORTEST_LIMIT_MS),
      firstTokenMs: milliseconds(SHORTEST_LIMIT_MS),
      thinkingMs: milliseconds(SHORTEST_LIMIT_MS),
      interTokenMs: milliseconds(SHORTEST_LIMIT_MS),
      totalMs: milliseconds(SHORTEST_TOTAL_MS),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? unknownField(Object.keys(DEFAULT_LIMITS).join(', '))
          : 'give an object of limits in milliseconds',
    },
  )
  .partial();

const FIELDS = [
  'id',
  'message',
  'fallbackModels',
  'limits',
  'resume',
  'allowRestart',
  'maxAttempts',
  'maxTotalTokens',
  'continuationPrompt',
] as const;

const requestSchema = z.strictObject(
  {
    id: z.string({ error: idRepair }).regex(ID_PATTERN, { error: idRepair }).optional(),
    message: messageSchema,
    fallbackModels: z.array(model, { error: 'give an array of model names' }).optional(),
    limits: limitsSchema.optional(),
    resume: z.enum(RESUME_CHOICES, { error: `give one of ${RESUME_CHOICES.join(', ')}` }).optional(),
    allowRestart: z.boolean({ error: 'give true or false' }).optional(),
    maxAttempts: positive('how many attempts there may be').optional(),
    maxTotalTokens: positive('how many output tokens there may be in all').optional(),
    continuationPrompt: z.string({ error: 'give a text with {anchor} in it' }).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownField(FIELDS.join(', '))
        : 'give a request document, a JSON object',
  },
);

function idRepair(): string {
  return 'give 1 to 200 characters of A-Z a-z 0-9 . _ : -, not beginning with a dot';
}

export function validateRequest(document: unknown): RequestCheck {
  const parsed = requestSchema.safeParse(document, { reportInput: true });
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, document)) };

  const { message, limits, ...rest } = parsed.data;
  const { stream: _ours, ...kept } = message as GenerationRequest['message'] & { stream?: unknown };
  const resume = rest.resume ?? 'auto';
  const request = {
    id: rest.id ?? null,
    message: kept as GenerationRequest['message'],
    fallbackModels: rest.fallbackModels ?? [],
    limits: { ...DEFAULT_LIMITS, ...defined(limits ?? {}) },
    resume,
    allowRestart: rest.allowRestart === true || resume === 'restart',
    maxAttempts: rest.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    maxTotalTokens: rest.maxTotalTokens ?? null,
    continuationPrompt: rest.continuationPrompt ?? null,
  };
  const problems = unservable(request);
  return problems.length === 0 ? { ok: true, request } : { ok: false, problems };
}

function problemsOf(issue: z.core.$ZodIssue, document: unknown): RequestProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problem(pathText(path), valueAt(document, path), issue.message);
    });
  }
  return [problem(pathText(issue.path), valueAt(document, issue.path), issue.message)];
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
