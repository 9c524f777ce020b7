/** How many tokens a text has for a model, asked of the API. Free of charge, but under a rate limit of its own. */
import type { Anthropic } from '@anthropic-ai/sdk';
import { LONGEST_TIMEOUT_MS } from './client.ts';

export interface CountOptions {
  /** Ends the count, which then is null. */
  signal: AbortSignal;
  withinMs: number;
}

/**
 * What a message costs around its text, by model. Remembered with the client, since behind another address the same
 * name may mean another model.
 */
const overheads = new WeakMap<Anthropic, Map<string, number>>();

/** The shortest message there is: one token of text, and the rest is overhead. */
const ONE_TOKEN = 'a';

/**
 * The tokens of a text, as an **estimate**: the API's documentation calls its counts so, and they are of a user's
 * message, not of one the model wrote. Whoever hands the number on marks it (`Usage.estimated`).
 *
 * Only the text's own: the message around it is measured by a second one, of one token, sent at the same time and only
 * the first time for each model.
 *
 * Never rejects. Nothing of it stays behind: no listener, no timer, and its sockets are being closed when it resolves.
 *
 * @returns null when it could not be learnt: an error, an abort, no answer within the time, an answer without a number
 */
export async function countTextTokens(
  client: Anthropic,
  model: string,
  text: string,
  { signal, withinMs }: CountOptions,
): Promise<number | null> {
  // The API refuses an empty message.
  if (text === '') return 0;
  if (signal.aborted) return null;
  // Of its own, so that nothing stays behind on the caller's signal, and one failed count ends the other.
  const counting = new AbortController();
  const stop = () => counting.abort();
  const timer = setTimeout(stop, Math.min(withinMs, LONGEST_TIMEOUT_MS));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [whole, overhead] = await Promise.all([
      countMessage(client, model, text, counting.signal),
      overheadOf(client, model, counting.signal),
    ]);
    return Math.max(0, whole - overhead);
  } catch {
    // Whatever it was: an estimate is worth neither an error nor a second try.
    return null;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function overheadOf(client: Anthropic, model: string, signal: AbortSignal): Promise<number> {
  const known = overheads.get(client)?.get(model);
  if (known !== undefined) return known;
  const overhead = (await countMessage(client, model, ONE_TOKEN, signal)) - 1;
  const byModel = overheads.get(client) ?? new Map<string, number>();
  overheads.set(client, byModel.set(model, overhead));
  return overhead;
}

async function countMessage(
  client: Anthropic,
  model: string,
  text: string,
  signal: AbortSignal,
): Promise<number> {
  const { input_tokens: tokens } = await client.messages.countTokens(
    { model, messages: [{ role: 'user', content: text }] },
    { signal, maxRetries: 0, timeout: LONGEST_TIMEOUT_MS },
  );
  if (!Number.isSafeInteger(tokens) || tokens < 1) throw new TypeError('the API answered without a count');
  return tokens;
}
