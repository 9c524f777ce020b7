/** What a request gets: an error, silence, a body that is no stream, or a stream. Pure. */
import { answerTo } from './answer.ts';
import type { Answer, Conversation } from './answer.ts';
import { apiError, errorTypeOf } from './apiRules.ts';
import type { ApiError } from './apiRules.ts';
import { drawFault } from './chaos.ts';
import { questionOf } from './conversation.ts';
import type { Ask } from './conversation.ts';
import { endReply } from './ending.ts';
import type { Ending } from './ending.ts';
import { findFault, firstRequestReset } from './faults.ts';
import type { Fault } from './faults.ts';
import { inputTokensOf } from './inputTokens.ts';
import type { MessagesRequest } from './messagesRequest.ts';
import { planThinking } from './otherBlocks.ts';
import type { Thinking } from './otherBlocks.ts';
import type { Settings } from './profile.ts';
import { replySteps, strikes } from './reply.ts';
import { STRIKE } from './steps.ts';
import type { Step } from './steps.ts';

export type Reply =
  | { kind: 'error'; error: ApiError; headers: Record<string, string> }
  | { kind: 'no_headers' }
  | { kind: 'body'; contentType: string; body: string }
  | { kind: 'stream'; headers: Record<string, string>; steps: Iterable<Step>; drip: Drip | null };

export interface Drip {
  bytesPerWrite: number;
  everyMs: number;
}

export interface Decision {
  reply: Reply;
  answer: Answer;
  /** The fault that strikes, or null. */
  fault: Fault | null;
  stopReason: string | null;
  /** How much the reply is to add to the text; null where it is no stream. */
  plannedCharacters: number | null;
}

export interface Asked {
  settings: Settings;
  conversation: Conversation;
  ask: Ask;
  request: MessagesRequest;
  requestId: string;
}

export function decideReply(asked: Asked): Decision {
  const { settings, conversation, ask, request } = asked;
  const attempt = conversation.records.length + 1;
  const occasion = { attempt, model: request.model, userText: ask.userText };
  const due = findFault(settings.faults, occasion);
  const answer = answerTo(settings, conversation, ask, questionOf(request));
  const thinking = thinkingOf(asked, due);
  const rules = {
    maxTokens: request.max_tokens,
    thinkingCharacters: thinking?.characters ?? 0,
    stopSequences: request.stop_sequences ?? [],
    attempt,
  };
  const ending = endReply(answer.text, rules, settings);
  const after = conversation.asked?.cutAfterCharacters;
  const cut = after === undefined ? null : findFault([firstRequestReset(after)], occasion);
  const lot = { conversation: conversation.key, attempt, characters: ending.text.length };
  const drawn = settings.chaos === undefined ? null : drawFault(settings.chaos, lot);
  const fault = [due, cut, drawn].find((each) => each !== null && strikes(each, ending.text)) ?? null;
  const reply = replyWith(asked, { fault, ending, thinking });
  const streams = reply.kind === 'stream';
  return {
    reply,
    answer,
    fault,
    stopReason: streams ? ending.stopReason : null,
    plannedCharacters: streams ? continuationCharacters(answer, ending) : null,
  };
}

function continuationCharacters(answer: Answer, { text }: Ending): number {
  const end = Math.min(text.length, answer.text.length - answer.trailCharacters);
  return Math.max(0, end - answer.leadCharacters);
}

/** Nobody thinks after a prefill: the reply has begun already. */
function thinkingOf({ settings, ask, request }: Asked, fault: Fault | null): Thinking | null {
  if (fault?.kind === 'long_think') {
    return planThinking({ durationMs: fault.durationMs, display: 'omitted', everyMs: 200 }, settings);
  }
  const wanted = ask.resume !== 'prefill' && request.thinking?.type !== 'disabled';
  return settings.thinking !== undefined && wanted ? planThinking(settings.thinking, settings) : null;
}

function replyWith(
  { settings, request, requestId }: Asked,
  { fault, ending, thinking }: { fault: Fault | null; ending: Ending; thinking: Thinking | null },
): Reply {
  switch (fault?.kind) {
    case 'no_headers':
      return { kind: 'no_headers' };
    case 'status': {
      const type = fault.type ?? errorTypeOf(fault.status);
      return {
        kind: 'error',
        error: { ...apiError(fault.status, fault.message), type },
        headers: fault.headers,
      };
    }
    case 'empty_body':
      return { kind: 'stream', headers: {}, steps: [STRIKE, { kind: 'end' }], drip: null };
    case 'json_body':
      return { kind: 'body', contentType: 'application/json', body: jsonMessage(request.model, ending) };
    case 'html_body':
      return { kind: 'body', contentType: 'text/html', body: '<!doctype html>\n<title>Welcome</title>\n' };
    default: {
      const closes = fault !== null && 'connectionClose' in fault && fault.connectionClose;
      const head = {
        id: requestId.replace('req_', 'msg_'),
        model: request.model,
        inputTokens: inputTokensOf(request),
      };
      const plan = { head, requestId, ending, maxTokens: request.max_tokens, thinking, fault, settings };
      return {
        kind: 'stream',
        headers: closes ? { connection: 'close' } : {},
        steps: replySteps(plan),
        drip: fault?.kind === 'slow_drip' ? fault : null,
      };
    }
  }
}

function jsonMessage(model: string, { stopReason, stopSequence }: Ending): string {
  return JSON.stringify({
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: 'This is a message, and no stream of events.' }],
    stop_reason: stopReason,
    stop_sequence: stopSequence,
    usage: { input_tokens: 1, output_tokens: 11 },
  });
}
