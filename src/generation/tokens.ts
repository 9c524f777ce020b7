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

/** What a request may still spend. */
export interface TokensLeft {
  /** Of `max_tokens`, for the text itself. */
  ofPart: number;
  /** Of `maxTotalTokens`, for everything; null without that bound. */
  ofTotal: number | null;
}

/** @param partCharacters characters kept since the generation began or last went on past `max_tokens` */
export function tokensLeft(
  request: GenerationRequest,
  partCharacters: number,
  attempts: readonly AttemptRecord[],
): TokensLeft {
  const { message, maxTotalTokens } = request;
  return {
    ofPart: Math.max(0, message.max_tokens - leastTokens(partCharacters)),
    ofTotal: maxTotalTokens === null ? null : Math.max(0, maxTotalTokens - spentTokens(attempts)),
  };
}

/** Whether a request can bring any text at all: past its thinking budget, past the echo. */
export function isEnough(left: TokensLeft, message: MessageRequest, shortestAnchor: number): boolean {
  if (left.ofPart < 1) return false;
  if (left.ofTotal === null) return true;
  return left.ofTotal > echoTokens(shortestAnchor) + (message.thinking?.budget_tokens ?? 0);
}

/**
 * `max_tokens` of one request: what is left, plus room for the echo; so much at least that thinking does not use it up
 * before there is a word; never more than the request's own (a model's output limit may lie there), nor than is left
 * in all.
 *
 * @param anchorCharacters 0 where no echo is asked for
 * @param thinksUnbounded whether the model thinks as long as it likes: then all that the request allows may be needed
 */
export function requestMaxTokens(
  message: MessageRequest,
  left: TokensLeft,
  anchorCharacters: number,
  thinksUnbounded: boolean,
): number {
  const budget = message.thinking?.budget_tokens;
  const least = thinksUnbounded ? message.max_tokens : budget === undefined ? 0 : budget + BESIDE_THINKING;
  const wanted = Math.max(left.ofPart + echoTokens(anchorCharacters), least);
  return Math.min(message.max_tokens, left.ofTotal ?? Number.POSITIVE_INFINITY, wanted);
}

function echoTokens(anchorCharacters: number): number {
  return anchorCharacters === 0 ? 0 : 2 * estimateTokens(2 * anchorCharacters) + ECHO_ALLOWANCE;
}
