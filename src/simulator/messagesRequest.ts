/** The body of `POST /v1/messages`, as far as the simulator looks at it. */
import { z } from 'zod';

const block = z.looseObject({ type: z.string(), text: z.string().optional() });

const message = z.looseObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string(), z.array(block)]),
});

const requestSchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.number(),
  messages: z.array(message),
  system: z.union([z.string(), z.array(block)]).optional(),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).nullish(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.number().optional() }).nullish(),
  output_config: z.looseObject({ format: z.unknown().optional() }).nullish(),
  output_format: z.unknown().optional(),
});

export type ContentBlock = z.output<typeof block>;
export type Message = z.output<typeof message>;
export type MessagesRequest = z.output<typeof requestSchema>;

export type ReadRequest = { ok: true; request: MessagesRequest } | { ok: false; problem: string };

/** Reads a request body. The problem is worded as the API words it: `max_tokens: Field required`. */
export function readRequest(body: unknown): ReadRequest {
  const parsed = requestSchema.safeParse(body);
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
