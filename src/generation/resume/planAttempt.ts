/** What the next attempt is asked: which model, how it takes up the kept text, how much it may write. */
import type { AttemptPlan, AttemptRecord, Resume } from '../attempt.ts';
import type { GenerationState } from '../fold.ts';
import { acceptsPrefill, hasJsonOutputFormat, prefillObstacle } from '../models.ts';
import type { GenerationRequest } from '../request.ts';
import { tokensLeft } from '../tokens.ts';
import { REJECTIONS_BEFORE_RESTART, rungAfter } from './ladder.ts';

export function planAttempt(request: GenerationRequest, state: GenerationState, model: string): AttemptPlan {
  const rejections = rejectionsInARow(state);
  const paused = state.attempts.findLast((attempt) => attempt.stopReason === 'pause_turn');
  // A turn that got no answer is continued like a cut text; and another model's turn is no model's own.
  const pausedTurn = state.pausedTurn !== null && paused?.model === model && rejections === 0;
  const resume = pausedTurn ? 'prefill' : resumeFor(request, state, model, rejections);
  return {
    number: state.attempts.length + 1,
    model,
    resume,
    rung: rungAfter(rejections),
    pausedTurn,
    keptCharacters: state.text.length,
    // A restart writes the whole text anew: the old one's tokens bound it only through `maxTotalTokens`.
    left: tokensLeft(request, resume === 'restart' ? 0 : partCharacters(state), state.attempts),
  };
}

function resumeFor(
  request: GenerationRequest,
  state: GenerationState,
  model: string,
  rejections: number,
): Resume {
  if (state.text.trim() === '') return 'none';
  // Joined to a cut one, JSON begun anew would be taken for whole; validateRequest saw to it that it may begin anew.
  if (hasJsonOutputFormat(request.message)) return 'restart';
  if (request.resume !== 'auto') return request.resume;
  if (rejections >= REJECTIONS_BEFORE_RESTART && request.allowRestart) return 'restart';
  const refused = state.attempts.some(
    (attempt) => attempt.model === model && attempt.resume === 'continuation',
  );
  const prefill = acceptsPrefill(model) && prefillObstacle(request.message) === null && !refused;
  // A prefill that got no answer is asked about: the echo tells whether anything is missing.
  return prefill && rejections === 0 ? 'prefill' : 'continuation';
}

/** Replies rejected since the text last grew: an outage between two of them is no answer to the question. */
function rejectionsInARow(state: GenerationState): number {
  const own = ownAttempts(state);
  const grown = own.findLastIndex((attempt) => attempt.keptCharacters > keptBefore(attempt, state));
  return own.slice(grown + 1).filter((attempt) => attempt.outcome === 'seam_rejected').length;
}

/** Characters that were kept before an attempt. */
export function keptBefore(attempt: AttemptRecord, state: GenerationState): number {
  return state.attempts[attempt.number - 2]?.keptCharacters ?? 0;
}

/** Characters kept since the generation began or last went on past `max_tokens`. */
function partCharacters(state: GenerationState): number {
  const partEnd = state.attempts.findLast((attempt) => attempt.stopReason === 'max_tokens');
  return state.text.length - (partEnd?.keptCharacters ?? 0);
}

/** The attempts of this run: what an earlier run met is no reason to give up sooner. */
export function ownAttempts(state: GenerationState): AttemptRecord[] {
  return state.attempts.slice(state.carriedAttempts);
}

/** How many attempts at the ledger's end are of one kind. */
export function trailingCount(
  attempts: readonly AttemptRecord[],
  isOfKind: (attempt: AttemptRecord) => boolean,
): number {
  return attempts.length - 1 - attempts.findLastIndex((attempt) => !isOfKind(attempt));
}
