/** Reading a request's body, whole, as JSON. */
import type { IncomingMessage } from 'node:http';

/** As the API has it: 32 MB. */
export const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

export type Body = { kind: 'json'; value: unknown } | { kind: 'not_json' | 'too_large' | 'aborted' };

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_BODY_BYTES) return { kind: 'too_large' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'aborted' };
  }
  try {
    return { kind: 'json', value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { kind: 'not_json' };
  }
}
