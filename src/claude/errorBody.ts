/**
 * The body of an error response, within bounds.
 *
 * The SDK reads an error's body to its end before it reports the status, and nothing limits how long that takes: a
 * server that sends `500` and then falls silent would be taken for one that never answered. So the body is read here
 * first, as far as it comes.
 */
import { Response } from 'undici';

const LONGEST_ERROR_BODY_BYTES = 65_536;
const LONGEST_WAIT_FOR_ERROR_BODY_MS = 500;

/** Passes a good response on as it is; of any other, the status, the headers and the beginning of the body. */
export async function withBoundedErrorBody(response: Response): Promise<Response> {
  if (response.ok || response.body === null || response.status > 599) return response;
  const { status, statusText, headers } = response;
  return new Response(await beginningOf(response.body), { status, statusText, headers });
}

async function beginningOf(body: NonNullable<Response['body']>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), LONGEST_WAIT_FOR_ERROR_BODY_MS);
  try {
    while (bytes < LONGEST_ERROR_BODY_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value as Uint8Array);
      bytes += (value as Uint8Array).byteLength;
    }
  } catch {
    // The status has been received; how its explanation ended is of no interest.
  } finally {
    clearTimeout(timer);
    void reader.cancel().catch(() => {});
  }
  return Buffer.concat(chunks);
}
