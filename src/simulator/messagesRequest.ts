/** The bodies of `POST /v1/messages` and `POST /v1/messages/count_tokens`, as far as the simulator looks at them. */
import { z } from 'zod';

const block = z.looseObject({ type: z.string(), text: z.string().optional() });

const message = z.looseObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string(), z.array(block)]),
});

/** What both have. */
const input = {
  model: z.string().min(1),
  messages: z.array(message),
  system: z.union([z.string(), z.array(block)]).optional(),
  tools: z.array(z.unknown()).nullish(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.number().optional() }).nullish(),
};

const countSchema = z.looseObject(input);

const requestSchema = z.looseObject({
  ...input,
  max_tokens: z.number(),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).nullish(),
  output_config: z.looseObject({ format: z.unknown().optional() }).nullish(),
  output_format: z.unknown().optional(),
});

export type ContentBlock = z.output<typeof block>;
export type Message = z.output<typeof message>;
export type MessagesRequest = z.output<typeof requestSchema>;

export type CountRequest = z.output<typeof countSchema>;

/** A problem is worded as the API words it: `max_tokens: Field required`. */
export type Read<Request> = { ok: true; request: Request } | { ok: false; problem: string };

export function readRequest(body: unknown): Read<MessagesRequest> {
  return read(requestSchema, body);
}

export function readCountRequest(body: unknown): Read<CountRequest> {
  return read(countSchema, body);
}

function read<Request>(schema: z.ZodType<Request>, body: unknown): Read<Request> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  const missing = path.length > 0 && valueAt(body, path) === undefined;
  const where = path.length > 0 ? path.join('.') : 'body';
  return { ok: false, problem: `${where}: ${missing ? 'Field required' : (issue?.message ?? 'Invalid')}` };
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  );
}

export function blocksOf(content: string | readonly ContentBlock[] | undefined): readonly ContentBlock[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content ?? [];
}

/** The text blocks joined, without a separator. */
export function textOf(content: string | readonly ContentBlock[] | undefined): string {
  return blocksOf(content)
    .map(({ type, text }) => (type === 'text' ? (text ?? '') : ''))
    .join('');
}
