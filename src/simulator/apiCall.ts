/** What is the same for each request to the API: naming the simulator, reading the body, refusing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { apiError, refuseCredentials } from './apiRules.ts';
import type { ApiError } from './apiRules.ts';
import { LARGEST_BODY_BYTES, readBody } from './body.ts';
import type { Read } from './messagesRequest.ts';
import type { Settings } from './profile.ts';

export interface ApiCall<Request> {
  read: Read<Request>;
  /** The refusal that a request without a right key gets; null when the key is right. */
  wrongKey: ApiError | null;
}

/** null: there is nothing more to do, because the body never came whole or was refused for its size. */
export async function readCall<Request>(
  request: IncomingMessage,
  response: ServerResponse,
  {
    requestId,
    settings,
    reader,
  }: {
    requestId: string;
    settings: Settings;
    reader: (body: unknown) => Read<Request>;
  },
): Promise<ApiCall<Request> | null> {
  response.setHeader('x-throughline-simulator', '1');
  response.setHeader('request-id', requestId);
  const body = await readBody(request);
  if (body.kind === 'aborted') return null;
  if (body.kind === 'too_large') {
    response.setHeader('connection', 'close');
    const error = apiError(413, `Request exceeds the maximum size of ${LARGEST_BODY_BYTES} bytes`);
    sendError(response, error, requestId);
    return null;
  }
  const credentials = {
    apiKey: request.headers['x-api-key']?.toString(),
    authorization: request.headers.authorization,
  };
  return {
    read:
      body.kind === 'json'
        ? reader(body.value)
        : { ok: false, problem: 'The request body is not valid JSON' },
    wrongKey: refuseCredentials(credentials, settings),
  };
}

export function sendError(response: ServerResponse, error: ApiError, requestId: string): void {
  const body = {
    type: 'error',
    error: { type: error.type, message: error.message },
    request_id: requestId,
  };
  response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
