/** From a plan to a request: the cut, the question, and the seam that the reply will be joined by. */
import type { AttemptPlan, Resume } from '../generation/attempt.ts';
import { thinksUnbounded } from '../generation/models.ts';
import type { ContentBlock, GenerationRequest, MessageRequest } from '../generation/request.ts';
import { chooseAnchor } from '../generation/resume/anchor.ts';
import { askByPrefill, askPausedTurn, askToGoOn } from '../generation/resume/ask.ts';
import type { Cut } from '../generation/resume/cut.ts';
import { cutForContinuation, cutForPrefill } from '../generation/resume/cut.ts';
import type { JoinState, SeamTask } from '../generation/seam/joiner.ts';
import { BEHIND_A_PAUSED_TURN, NO_SEAM, openSeam } from '../generation/seam/joiner.ts';
import { requestMaxTokens } from '../generation/tokens.ts';

export interface PreparedAttempt {
  message: MessageRequest;
  resume: Resume;
  cut: Cut;
  join: JoinState;
}

const FROM_THE_TOP: Cut = { base: 0, whiteSpace: '' };

/** @param pausedTurn the turn to be sent back as it came, where the plan says so */
export function prepareAttempt(
  request: GenerationRequest,
  keptText: string,
  plan: AttemptPlan,
  resume: Resume,
  pausedTurn: readonly ContentBlock[] | null = null,
): PreparedAttempt {
  const { messages, stop_sequences: stopSequences = [] } = request.message;
  const task = (cut: Cut, anchor: string | null, question: string | null): SeamTask => ({
    cutText: keptText.slice(0, cut.base),
    whiteSpace: cut.whiteSpace,
    anchor,
    question,
    joinUnverified: plan.rung.joinUnverified,
    stopSequences,
  });
  switch (resume) {
    case 'none':
    case 'restart':
      return fromTheTop(request, plan, resume);
    case 'prefill': {
      const cut = pausedTurn === null ? cutForPrefill(keptText) : { base: keptText.length, whiteSpace: '' };
      if (cut.base === 0 && pausedTurn === null) return fromTheTop(request, plan, 'none');
      const asked =
        pausedTurn === null
          ? askByPrefill(messages, keptText.slice(0, cut.base))
          : askPausedTurn(messages, pausedTurn);
      return {
        message: message(request, plan, asked, 0),
        resume,
        cut,
        join: pausedTurn === null ? openSeam(task(cut, null, null)) : BEHIND_A_PAUSED_TURN,
      };
    }
    case 'continuation': {
      const cut = cutForContinuation(keptText, stopSequences);
      // So little was said that nothing can be asked to be repeated.
      if (cut.base === 0) return fromTheTop(request, plan, 'none');
      const cutText = keptText.slice(0, cut.base);
      const anchor = chooseAnchor(cutText, stopSequences, plan.rung.shortestAnchor);
      const question = askToGoOn(messages, {
        cutText,
        anchor,
        form: plan.rung.form,
        prompt: request.continuationPrompt,
      });
      return {
        message: message(request, plan, question.messages, anchor.length),
        resume,
        cut,
        join: openSeam(task(cut, anchor, question.words)),
      };
    }
    default:
      return resume satisfies never;
  }
}

function fromTheTop(
  request: GenerationRequest,
  plan: AttemptPlan,
  resume: 'none' | 'restart',
): PreparedAttempt {
  const asked = message(request, plan, request.message.messages, 0);
  return { message: asked, resume, cut: FROM_THE_TOP, join: NO_SEAM };
}

function message(
  request: GenerationRequest,
  plan: AttemptPlan,
  messages: MessageRequest['messages'],
  anchorCharacters: number,
): MessageRequest {
  const thinks = thinksUnbounded(plan.model, request.message);
  return {
    ...request.message,
    model: plan.model,
    messages,
    max_tokens: requestMaxTokens(request.message, plan.left, anchorCharacters, thinks),
  };
}
