/** What a stream cost, known or estimated. */
import type { Usage } from '../generation/attempt.ts';
import type { MessageState } from './message.ts';

/** A rough figure for English; only used for streams that died before they told theirs. */
const CHARACTERS_PER_TOKEN = 4;

/** @returns null before `message_start`: nothing is known to have been paid for */
export function usageSoFar(message: MessageState, outputCharacters: number): Usage | null {
  if (!message.started) return null;
  const { inputTokens = null, cacheReadTokens = null, cacheWriteTokens = null } = message.usage ?? {};
  if (message.outputTokensReported) {
    const outputTokens = message.usage?.outputTokens ?? null;
    return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
  }
  const outputTokens = Math.ceil(outputCharacters / CHARACTERS_PER_TOKEN);
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, estimated: true };
}
