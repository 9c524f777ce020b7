/** The events of a stream, as data, and their bytes. */
import type { Settings } from './profile.ts';

export type Frame = { event: string; data: string } | { comment: string };

const LINE_ENDINGS: Record<Settings['lineEnding'], string> = { lf: '\n', crlf: '\r\n', cr: '\r' };

export function formatFrame(frame: Frame, lineEnding: Settings['lineEnding']): string {
  const end = LINE_ENDINGS[lineEnding];
  if ('comment' in frame) return `: ${frame.comment}${end}${end}`;
  return `event: ${frame.event}${end}data: ${frame.data}${end}${end}`;
}

function event(type: string, fields: object = {}): Frame {
  return { event: type, data: JSON.stringify({ type, ...fields }) };
}

export const PING: Frame = event('ping');
export const COMMENT: Frame = { comment: 'keep-alive' };
/** An event, and a delta, that no reader of today knows. */
export const UNKNOWN_EVENT: Frame = event('weather_report', { outlook: 'fair' });
export function unknownDelta(index: number): Frame {
  return event('content_block_delta', { index, delta: { type: 'weather_delta', outlook: 'fair' } });
}

export interface MessageHead {
  id: string;
  model: string;
  inputTokens: number;
}

export function messageStart({ id, model, inputTokens }: MessageHead): Frame {
  return event('message_start', {
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: inputTokens,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 1,
      },
    },
  });
}

export function blockStart(index: number, content_block: object): Frame {
  return event('content_block_start', { index, content_block });
}

export function blockDelta(index: number, delta: object): Frame {
  return event('content_block_delta', { index, delta });
}

export function textDelta(index: number, text: string): Frame {
  return blockDelta(index, { type: 'text_delta', text });
}

/** A text delta whose line is cut in the middle of its JSON. */
export function brokenDelta(index: number, text: string): Frame {
  const whole = JSON.stringify({
    type: 'content_block_delta',
    index,
    delta: { type: 'text_delta', text },
  });
  return { event: 'content_block_delta', data: whole.slice(0, -4) };
}

export function blockStop(index: number): Frame {
  return event('content_block_stop', { index });
}

export function messageDelta(
  delta: { stopReason: string; stopSequence: string | null },
  usage: { inputTokens: number; outputTokens: number },
): Frame {
  const refusal = { type: 'refusal', category: null, explanation: 'The profile asked for a refusal.' };
  return event('message_delta', {
    delta: {
      stop_reason: delta.stopReason,
      stop_sequence: delta.stopSequence,
      ...(delta.stopReason === 'refusal' ? { stop_details: refusal } : {}),
    },
    usage: {
      input_tokens: usage.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: usage.outputTokens,
    },
  });
}

export const MESSAGE_STOP: Frame = event('message_stop');

export function errorEvent(error: { type: string; message: string }, requestId: string): Frame {
  return event('error', { error, request_id: requestId });
}
