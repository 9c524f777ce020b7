/** By which two enqueues of one id are told apart: a digest over what shapes the text, as given. */
import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';

const SHAPING_FIELDS = ['message', 'fallbackModels', 'resume', 'maxTotalTokens'];

/** Without defaults and limits, so that a later version's defaults make no other request of it. Key order is no matter. */
export function requestDigest(document: object): string {
  const shaping = Object.fromEntries(
    Object.entries(document).filter(([field]) => SHAPING_FIELDS.includes(field)),
  );
  const message = { ...(shaping['message'] as Record<string, unknown>) };
  delete message['stream'];
  return createHash('sha256')
    .update(String(stringify({ ...shaping, message })))
    .digest('hex');
}
