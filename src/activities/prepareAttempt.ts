/** From a plan to a request: the cut, the question, and the seam that the reply will be joined by. */
import type { AttemptPlan, Resume } from '../generation/attempt.ts';
import type { GenerationRequest, MessageRequest } from '../generation/request.ts';
import { chooseAnchor } from '../generation/resume/anchor.ts';
import { askByPrefill, askToGoOn } from '../generation/resume/ask.ts';
import type { Cut } from '../generation/resume/cut.ts';
import { cutForContinuation, cutForPrefill } from '../generation/resume/cut.ts';
import type { JoinState } from '../generation/seam/joiner.ts';
import { NO_SEAM, openSeam } from '../generation/seam/joiner.ts';
import { requestMaxTokens } from '../generation/tokens.ts';

export interface PreparedAttempt {
  message: MessageRequest;
  resume: Resume;
  cut: Cut;
  join: JoinState;
}

const FROM_THE_TOP: Cut = { base: 0, whiteSpace: '' };

export function prepareAttempt(
  request: GenerationRequest,
  keptText: string,
  plan: AttemptPlan,
  resume: Resume,
): PreparedAttempt {
  switch (resume) {
    case 'none':
    case 'restart':
      return fromTheTop(request, plan, resume);
    case 'prefill': {
      const cut = cutForPrefill(keptText);
      if (cut.base === 0) return fromTheTop(request, plan, 'none');
      const cutText = keptText.slice(0, cut.base);
      const task = { cutText, whiteSpace: cut.whiteSpace, anchor: null, joinUnverified: false };
      const messages = askByPrefill(request.message.messages, cutText);
      return { message: message(request, plan, messages, 0), resume, cut, join: openSeam(task) };
    }
    case 'continuation': {
      const cut = cutForContinuation(keptText);
      // So little was said that nothing can be asked to be repeated.
      if (cut.base === 0) return fromTheTop(request, plan, 'none');
      const cutText = keptText.slice(0, cut.base);
      const anchor = chooseAnchor(cutText, request.message.stop_sequences);
      const task = { cutText, whiteSpace: cut.whiteSpace, anchor, joinUnverified: plan.joinUnverified };
      const messages = askToGoOn(request.message.messages, cutText, anchor, plan.form);
      return { message: message(request, plan, messages, anchor.length), resume, cut, join: openSeam(task) };
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
  return {
    ...request.message,
    model: plan.model,
    messages,
    max_tokens: requestMaxTokens(request.message, plan.maxTokens, anchorCharacters),
  };
}
