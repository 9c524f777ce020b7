/** `POST /v1/messages`: reads the request, lets it be decided, sends the reply, keeps the record. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { apiError, refuseCredentials, refuseRequest } from './apiRules.ts';
import type { ApiError } from './apiRules.ts';
import { recall, remember } from './conversations.ts';
import type { Memory } from './conversations.ts';
import { readAsk } from './conversation.ts';
import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import type { FaultKind } from './faults.ts';
import type { RequestRecord } from './log.ts';
import { readRequest } from './messagesRequest.ts';
import type { MessagesRequest } from './messagesRequest.ts';
import { sendSteps } from './sender.ts';

/** As the API has it: 32 MB. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

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
  response.setHeader('x-throughline-simulator', '1');
  response.setHeader('request-id', requestId);
  const refuse = (error: ApiError): void => sendError(response, error, requestId);

  const body = await readBody(request);
  if (body === 'aborted') return;
  if (body === 'too_large') {
    response.setHeader('connection', 'close');
    refuse(apiError(413, `Request exceeds the maximum size of ${LARGEST_BODY_BYTES} bytes`));
    return;
  }
  const parsed = parseJson(body);
  const read = parsed.ok
    ? readRequest(parsed.value)
    : { ok: false as const, problem: 'The request body is not valid JSON' };
  const credentials = {
    apiKey: request.headers['x-api-key']?.toString(),
    authorization: request.headers.authorization,
  };
  const wrongKey = refuseCredentials(credentials, memory.settings);
  if (!read.ok) {
    // Not in the log: nobody could say which conversation it belongs to.
    refuse(wrongKey ?? apiError(400, read.problem));
    return;
  }

  const asked = recall(memory, readAsk(read.request), read.request.stop_sequences ?? []);
  const record = newRecord(memory, asked, read.request, at);
  if (memory.settings.logBodies) record.body = read.request;
  remember(memory, record);
  const refusal = wrongKey ?? refuseRequest(read.request, memory.settings);
  if (refusal !== null) {
    refuse(refusal);
    finish(record, response, 'whole');
    return;
  }
  const decision = decide({ settings: memory.settings, ...asked, request: read.request, requestId });
  record.behaviour = decision.answer.behaviour;
  record.mismatch = decision.answer.mismatch;
  record.fault = decision.fault?.kind ?? null;
  record.stopReason = decision.stopReason;
  const struck = record.fault !== null && !HARMLESS.includes(record.fault);
  const end = await sendReply(memory, response, decision, record, requestId);
  if (end === 'client_gone') record.clientGoneAt = Date.now();
  // A client that leaves a stream held open by a fault ends what the fault began.
  const heldOpen = struck && decision.reply.kind !== 'error' && faultHasStruck(decision, record);
  finish(record, response, end === 'client_gone' && !heldOpen ? 'client_gone' : struck ? 'fault' : 'whole');
}

/** Whether the text had got as far as the fault before the client went. */
function faultHasStruck({ fault }: Decision, { sentCharacters }: RequestRecord): boolean {
  if (fault === null) return false;
  return 'afterCharacters' in fault ? sentCharacters >= fault.afterCharacters : true;
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
    mismatch: false,
    status: null,
    headersSent: false,
    sentText: '',
    continuation: '',
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
  { reply, answer }: Decision,
  record: RequestRecord,
  requestId: string,
): Promise<'sent' | 'client_gone'> {
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
        onText: (text, stray) => note(record, text, stray, answer.leadCharacters),
      });
    default:
      return reply satisfies never;
  }
}

function note(record: RequestRecord, text: string, stray: boolean, leadCharacters: number): void {
  if (!stray) {
    record.continuation += text.slice(Math.max(0, leadCharacters - record.sentCharacters));
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

function sendError(response: ServerResponse, error: ApiError, requestId: string): void {
  const body = {
    type: 'error',
    error: { type: error.type, message: error.message },
    request_id: requestId,
  };
  response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string | 'too_large' | 'aborted'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_BODY_BYTES) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
