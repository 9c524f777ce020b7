/** The events of the Messages API, as bytes. */

export function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export const messageStart = event('message_start', {
  message: {
    id: 'msg_1',
    content: [],
    usage: { input_tokens: 17, output_tokens: 1, cache_read_input_tokens: 5 },
  },
});
export const ping = event('ping');
export const comment = ': keep-alive\n\n';
export const messageStop = event('message_stop');

export function blockStart(index: number, type = 'text', fields: object = {}): string {
  return event('content_block_start', { index, content_block: { type, ...fields } });
}

export function blockStop(index: number): string {
  return event('content_block_stop', { index });
}

export function delta(index: number, type: string, fields: object): string {
  return event('content_block_delta', { index, delta: { type, ...fields } });
}

export function text(index: number, value: string): string {
  return delta(index, 'text_delta', { text: value });
}

export function thinking(index: number, value: string): string {
  return delta(index, 'thinking_delta', { thinking: value });
}

export function inputJson(index: number, piece: string): string {
  return delta(index, 'input_json_delta', { partial_json: piece });
}

export function signature(index: number, value: string): string {
  return delta(index, 'signature_delta', { signature: value });
}

export function citation(index: number, value: unknown): string {
  return delta(index, 'citations_delta', { citation: value });
}

/** A block as it opens, what it gets, and its end. */
export function block(
  index: number,
  start: { type: string; [field: string]: unknown },
  ...deltas: string[]
): string {
  const { type, ...fields } = start;
  return blockStart(index, type, fields) + deltas.join('') + blockStop(index);
}

export function messageDelta(
  stopReason: string | null = 'end_turn',
  usage: object = { output_tokens: 42 },
): string {
  return event('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage });
}

/** A message up to its text, still open. */
export function opening(value: string): string {
  return messageStart + blockStart(0) + text(0, value);
}

/** What makes an opened message whole. */
export const closing = blockStop(0) + messageDelta() + messageStop;

export function wholeMessage(...values: string[]): string {
  return messageStart + blockStart(0) + values.map((value) => text(0, value)).join('') + closing;
}
