/** One streamed request, as the SDK sends it, and whether what answers it is a stream at all. */
import type { Anthropic } from '@anthropic-ai/sdk';
import type { MessageRequest } from '../generation/request.ts';
import { LONGEST_TIMEOUT_MS } from './client.ts';

export async function sendStreamed(
  client: Anthropic,
  message: MessageRequest,
  signal: AbortSignal,
): Promise<Response> {
  // The request is checked by the API, not by the SDK's types: any of its fields passes through.
  const params = { ...message, stream: true } as unknown as Anthropic.MessageCreateParamsStreaming;
  return client.messages.create(params, { signal, maxRetries: 0, timeout: LONGEST_TIMEOUT_MS }).asResponse();
}

/** @returns the content type and length of what came instead of an event stream; null when it is one, or untold */
export function whatIsNoEventStream({ headers }: Response): string | null {
  const type = headers.get('content-type');
  if (type === null || /^\s*text\/event-stream\s*(;|$)/i.test(type)) return null;
  const bytes = headers.get('content-length');
  const typeAlone = type.split(';', 1)[0]?.trim().slice(0, 80) ?? '';
  return `content type ${typeAlone}${bytes === null ? '' : `, ${bytes} bytes`}`;
}
