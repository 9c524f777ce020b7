/** The Messages API's own rules: what it refuses, with which status and in which words. */
import { blocksOf, textOf } from './messagesRequest.ts';
import type { CountRequest, MessagesRequest } from './messagesRequest.ts';
import type { Settings } from './profile.ts';

export interface ApiError {
  status: number;
  type: string;
  message: string;
}

/** The error type that goes with a status, as the API's documentation lists them. */
export function errorTypeOf(status: number): string {
  return ERROR_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

const ERROR_TYPES: Partial<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export function apiError(status: number, message: string): ApiError {
  return { status, type: errorTypeOf(status), message };
}

/** The refusal that a request without a right key gets; null when the key is right. */
export function refuseCredentials(
  headers: { apiKey: string | undefined; authorization: string | undefined },
  { apiKeys }: Pick<Settings, 'apiKeys'>,
): ApiError | null {
  const token = headers.authorization?.replace(/^Bearer\s+/i, '');
  const given = [headers.apiKey, token].map((key) => key?.trim() ?? '').filter((key) => key !== '');
  if (given.length === 0) return apiError(401, 'x-api-key header is required');
  if (apiKeys === undefined || given.some((key) => apiKeys.includes(key))) return null;
  return apiError(401, 'invalid x-api-key');
}

/** The refusal that a request gets which the API would not serve; null when it would. */
export function refuseRequest(request: MessagesRequest, settings: Settings): ApiError | null {
  const { max_tokens: maxTokens, thinking } = request;
  if (!isKnown(request.model, settings)) return apiError(404, `model: ${request.model}`);
  if (request.stream !== true) {
    return apiError(400, 'stream: the simulated endpoint only streams; send "stream": true');
  }
  if (!Number.isInteger(maxTokens)) return apiError(400, 'max_tokens: Input should be a valid integer');
  if (maxTokens < 1) return apiError(400, 'max_tokens: Input should be greater than or equal to 1');
  if (request.stop_sequences?.some((sequence) => sequence.trim() === '') === true) {
    return apiError(400, 'stop_sequences: each stop sequence must contain non-whitespace');
  }
  if (thinking?.budget_tokens !== undefined && thinking.budget_tokens >= maxTokens) {
    return apiError(400, '`max_tokens` must be greater than `thinking.budget_tokens`');
  }
  return refuseMessages(request) ?? refusePrefill(request, settings);
}

/** The same for a request to count tokens. */
export function refuseCount(request: CountRequest, settings: Settings): ApiError | null {
  if (!isKnown(request.model, settings)) return apiError(404, `model: ${request.model}`);
  return refuseMessages(request);
}

/** A rule of the simulator's own: what a prompt asks of it in brackets must be there to be had. */
export function refuseDirectives(problems: readonly string[]): ApiError | null {
  return problems.length === 0 ? null : apiError(400, `The simulator's directives: ${problems.join('. ')}.`);
}

function isKnown(model: string, { models }: Settings): boolean {
  return models === undefined || models.includes(model);
}

function refuseMessages({ messages }: CountRequest): ApiError | null {
  if (messages.length === 0) return apiError(400, 'messages: at least one message is required');
  if (messages[0]?.role !== 'user') {
    return apiError(400, 'messages: first message must use the "user" role');
  }
  const blocks = messages.flatMap(({ content }) => blocksOf(content));
  if (blocks.some(({ type, text }) => type === 'text' && (text ?? '') === '')) {
    return apiError(400, 'messages: text content blocks must be non-empty');
  }
  return null;
}

function refusePrefill(request: MessagesRequest, settings: Settings): ApiError | null {
  const last = request.messages.at(-1);
  if (last?.role !== 'assistant') return null;
  // A paused turn is sent back as it came and is no prefill, whatever the model.
  if (blocksOf(last.content).some(({ type }) => type === 'server_tool_use')) return null;
  if (!settings.prefillModels.some((name) => request.model.startsWith(name))) {
    return apiError(
      400,
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  if (/\s$/.test(textOf(last.content))) {
    return apiError(400, 'messages: final assistant content cannot end with trailing whitespace');
  }
  if (thinksOnRequest(request)) {
    return apiError(
      400,
      'messages: prefilling the assistant message is not supported when thinking is enabled',
    );
  }
  if (request.output_format != null || request.output_config?.format != null) {
    return apiError(400, 'output_config.format: prefilling the assistant message is not supported with it');
  }
  return null;
}

function thinksOnRequest({ thinking }: MessagesRequest): boolean {
  return thinking != null && thinking.type !== 'disabled';
}
