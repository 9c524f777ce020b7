/** `POST /v1/messages/count_tokens`: how many tokens a request's input would be. Belongs to no conversation. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readCall, sendError } from './apiCall.ts';
import { apiError, refuseCount } from './apiRules.ts';
import { inputTokensOf } from './inputTokens.ts';
import type { Memory } from './memory.ts';
import { readCountRequest } from './messagesRequest.ts';
import { createPause } from './pause.ts';

/** Resolves when the response has ended, one way or another. */
export async function serveCountTokens(
  memory: Memory,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  memory.countTokensRequests += 1;
  const { settings } = memory;
  const call = await readCall(request, response, { requestId, settings, reader: readCountRequest });
  if (call === null) return;
  const { read, wrongKey } = call;
  if (!read.ok) {
    sendError(response, wrongKey ?? apiError(400, read.problem), requestId);
    return;
  }
  const refusal = wrongKey ?? refuseCount(read.request, settings);
  if (refusal !== null) {
    sendError(response, refusal, requestId);
    return;
  }
  switch (settings.countTokens) {
    case 'answers': {
      const body = JSON.stringify({ input_tokens: inputTokensOf(read.request) });
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return;
    }
    case 'fails':
      sendError(response, apiError(500, 'The profile asked for counts to fail.'), requestId);
      return;
    case 'hangs':
      await createPause(response).untilGone();
      return;
    default:
      settings.countTokens satisfies never;
  }
}
