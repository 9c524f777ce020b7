/** The arithmetic of tokens: what a resumed request may still spend. */
import type { AttemptRecord } from './attempt.ts';
import type { GenerationRequest, MessageRequest } from './request.ts';

const CHARACTERS_PER_TOKEN = 4;
/** Low on purpose: a request that may write too little would cut the text; one that may write too much costs nothing. */
const MOST_CHARACTERS_PER_TOKEN = 6;
/** Besides the echo: what a model may say before it. */
const ECHO_ALLOWANCE = 64;
/** What must remain for text beside a manual thinking budget. */
const BESIDE_THINKING = 1_024;

export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** The least number of tokens that so many characters have cost. */
export function leastTokens(characters: number): number {
  return Math.floor(characters / MOST_CHARACTERS_PER_TOKEN);
}

/** Output tokens paid for so far, thinking and echoes included; estimates where a stream died before telling. */
export function spentTokens(attempts: readonly AttemptRecord[]): number {
  return attempts.reduce((sum, attempt) => sum + (attempt.usage?.outputTokens ?? 0), 0);
}

/**
 * `max_tokens` that is left for the text itself; 0 when there is none.
 * @param partCharacters characters kept since the generation began or last went on past `max_tokens`
 */
export function leftTokens(
  request: GenerationRequest,
  partCharacters: number,
  attempts: readonly AttemptRecord[],
): number {
  const ofPart = request.message.max_tokens - leastTokens(partCharacters);
  const ofTotal =
    request.maxTotalTokens === null
      ? Number.POSITIVE_INFINITY
      : request.maxTotalTokens - spentTokens(attempts);
  return Math.max(0, Math.min(ofPart, ofTotal));
}

/**
 * `max_tokens` of one request: what is left, plus room for the echo, not less than what its manual thinking budget
 * needs, and never more than the request's own (a model's output limit may lie there).
 */
export function requestMaxTokens(message: MessageRequest, left: number, anchorCharacters: number): number {
  const echo = anchorCharacters === 0 ? 0 : 2 * estimateTokens(2 * anchorCharacters) + ECHO_ALLOWANCE;
  const thinkingBudget = message.thinking?.budget_tokens;
  const least = thinkingBudget === undefined ? 0 : thinkingBudget + BESIDE_THINKING;
  return Math.min(message.max_tokens, Math.max(left + echo, least));
}
