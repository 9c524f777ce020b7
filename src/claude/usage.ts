/** What a stream cost: known once it has ended as messages end, estimated before, and for ever where it died. */
import type { Usage } from '../generation/attempt.ts';
import { estimateTokens } from '../generation/tokens.ts';
import type { MessageState } from './message.ts';

/**
 * A stream that died told its tokens in its last `message_delta`, which may have been followed by more, or never: then
 * they are reckoned from the characters that came. The larger figure of the two is the safer one.
 *
 * @param ended whether the message ended as messages end, so that what it told is all
 * @returns null before `message_start`: nothing is known to have been paid for
 */
export function usageSoFar(message: MessageState, outputCharacters: number, ended: boolean): Usage | null {
  if (!message.started) return null;
  const {
    inputTokens = null,
    outputTokens = null,
    cacheReadTokens = null,
    cacheWriteTokens = null,
  } = message.usage ?? {};
  const known = { inputTokens, cacheReadTokens, cacheWriteTokens };
  const told = message.outputTokensReported ? outputTokens : null;
  if (told !== null && ended) return { ...known, outputTokens: told };
  const reckoned = estimateTokens(outputCharacters);
  const byTold = told !== null && told >= reckoned;
  return {
    ...known,
    outputTokens: byTold ? told : reckoned,
    estimated: true,
    estimatedFrom: byTold ? 'message_delta' : 'characters',
  };
}
