/** `POST /v1/messages`: reads the request, lets it be decided, sends the reply, keeps the record. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { readCall, sendError } from './apiCall.ts';
import { apiError, refuseDirectives, refuseRequest } from './apiRules.ts';
import { refuseForCapacity } from './capacity.ts';
import { recall, remember } from './memory.ts';
import type { Memory } from './memory.ts';
import { readAsk } from './conversation.ts';
import { decideReply } from './decideReply.ts';
import type { Decision } from './decideReply.ts';
import type { FaultKind } from './faults.ts';
import type { RequestRecord } from './log.ts';
import { readRequest } from './messagesRequest.ts';
import type { MessagesRequest } from './messagesRequest.ts';
import { sendSteps } from './sender.ts';

/** After these the message is whole and the response ends as it should. */
const HARMLESS: readonly FaultKind[] = ['long_think', 'slow_drip'];

/** Resolves when the response has ended, one way or another. */
export async function serveMessages(
  memory: Memory,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const at = Date.now();
  const { settings } = memory;
  const call = await readCall(request, response, { requestId, settings, reader: readRequest });
  if (call === null) return;
  const { read, wrongKey } = call;
  if (!read.ok) {
    // Not in the log: nobody could say which conversation it belongs to.
    sendError(response, wrongKey ?? apiError(400, read.problem), requestId);
    return;
  }

  const asked = recall(memory, readAsk(read.request), read.request.stop_sequences ?? []);
  const record = newRecord(memory, asked, read.request, at);
  if (settings.logBodies) record.body = read.request;
  remember(memory, record);
  const refusal =
    wrongKey ??
    refuseRequest(read.request, settings) ??
    refuseDirectives(asked.conversation.asked?.problems ?? []);
  if (refusal !== null) {
    sendError(response, refusal, requestId);
    finish(record, response, 'whole');
    return;
  }
  const full = refuseForCapacity(settings.capacity, memory.serving);
  if (full !== null) {
    for (const [name, value] of Object.entries(full.headers)) response.setHeader(name, value);
    sendError(response, full.error, requestId);
    finish(record, response, 'whole');
    return;
  }
  const decision = decideReply({ settings, ...asked, request: read.request, requestId });
  record.behaviour = decision.answer.behaviour;
  record.mismatch = decision.answer.mismatch;
  record.stopReason = decision.stopReason;
  record.plannedCharacters = decision.plannedCharacters;
  memory.serving += 1;
  let end: Awaited<ReturnType<typeof sendReply>>;
  try {
    end = await sendReply(memory, response, decision, record, requestId);
  } finally {
    memory.serving -= 1;
  }
  if (end === 'client_gone') record.clientGoneAt = Date.now();
  const struck = record.fault !== null && !HARMLESS.includes(record.fault);
  finish(record, response, struck ? 'fault' : end === 'client_gone' ? 'client_gone' : 'whole');
}

function newRecord(
  memory: Memory,
  { conversation, ask }: ReturnType<typeof recall>,
  request: MessagesRequest,
  at: number,
): RequestRecord {
  return {
    number: memory.log.length + 1,
    conversation: conversation.key,
    attempt: conversation.records.length + 1,
    model: request.model,
    at,
    resume: ask.resume,
    partial: ask.partial,
    anchor: ask.anchor,
    maxTokens: request.max_tokens,
    behaviour: null,
    fault: null,
    struckAt: null,
    mismatch: false,
    status: null,
    headersSent: false,
    sentText: '',
    continuation: '',
    plannedCharacters: null,
    sentCharacters: 0,
    stopReason: null,
    endedAt: null,
    ended: null,
    clientGoneAt: null,
  };
}

async function sendReply(
  { settings }: Memory,
  response: ServerResponse,
  { reply, answer, fault }: Decision,
  record: RequestRecord,
  requestId: string,
): Promise<'sent' | 'client_gone'> {
  const onStrike = (): void => {
    if (fault === null) return;
    record.fault = fault.kind;
    record.struckAt = Date.now();
  };
  if (reply.kind !== 'stream') onStrike();
  switch (reply.kind) {
    case 'error':
      for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
      sendError(response, reply.error, requestId);
      return 'sent';
    case 'no_headers':
      return sendSteps({
        response,
        steps: [{ kind: 'hold', frames: [], everyMs: 1 }],
        settings,
        drip: null,
        onText: () => undefined,
        onStrike,
      });
    case 'body':
      response.writeHead(200, { 'content-type': reply.contentType }).end(reply.body);
      return 'sent';
    case 'stream':
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        ...reply.headers,
      });
      response.flushHeaders();
      record.status = 200;
      record.headersSent = true;
      return sendSteps({
        response,
        steps: reply.steps,
        settings,
        drip: reply.drip,
        onText: (text, stray) => note(record, text, stray, answer),
        onStrike,
      });
    default:
      return reply satisfies never;
  }
}

function note(record: RequestRecord, text: string, stray: boolean, answer: Answer): void {
  if (!stray) {
    const { leadCharacters, trailCharacters } = answer;
    const [start, end] = [leadCharacters, answer.text.length - trailCharacters].map((position) =>
      Math.max(0, position - record.sentCharacters),
    );
    record.continuation += text.slice(start, end);
  }
  record.sentText += text;
  record.sentCharacters += text.length;
}

function finish(
  record: RequestRecord,
  response: ServerResponse,
  ended: NonNullable<RequestRecord['ended']>,
): void {
  record.headersSent = response.headersSent;
  record.status = response.headersSent ? response.statusCode : null;
  record.ended = ended;
  record.endedAt = Date.now();
}
