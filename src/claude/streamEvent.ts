/**
 * One event of a message stream, as far as the project looks at it.
 * Source: Messages API documentation, "Streaming messages"; event and delta names as in the SDK's types.
 */

/** A kind of content block that is told apart; everything but text and thinking is `other`. */
export type BlockKind = 'text' | 'thinking' | 'other';

/** Token counts as they came; a field the event did not have is null. */
export interface ReportedUsage {
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
}

export type StreamEvent =
  | { kind: 'message_start'; usage: ReportedUsage | null }
  | { kind: 'block_start'; index: number; block: BlockKind; initial: string }
  /** `value`: what the delta adds. For deltas that are neither text nor thinking only its being empty matters. */
  | { kind: 'block_delta'; index: number; delta: 'text' | 'thinking' | 'other'; value: string }
  | { kind: 'block_stop'; index: number }
  | {
      kind: 'message_delta';
      stopReason: string | null;
      stopSequence: string | null;
      usage: ReportedUsage | null;
    }
  | { kind: 'message_stop' }
  | { kind: 'error'; type: string | null; message: string | null; requestId: string | null }
  /** A ping, or an event or a delta this project does not know. To be passed over. */
  | { kind: 'no_content' }
  /** It claims to be an event that matters and cannot be read. What it held is lost. */
  | { kind: 'unreadable'; what: string };

export type Fields = Record<string, unknown>;

const NO_CONTENT: StreamEvent = { kind: 'no_content' };

const KNOWN_EVENTS: ReadonlySet<string> = new Set([
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'error',
]);

/** The field that holds what a delta adds, for the deltas that are content without being text. */
const OTHER_DELTA_FIELDS: ReadonlyMap<string, string> = new Map([
  ['input_json_delta', 'partial_json'],
  ['citations_delta', 'citation'],
  ['signature_delta', 'signature'],
  ['compaction_delta', 'content'],
]);

/**
 * A text delta as the API spells it, without escapes: most of what a stream holds. Read so, it takes a third of the
 * time JSON.parse needs, to which everything else is left: this may be as narrow as it likes, but never wider.
 */
const PLAIN_TEXT_DELTA =
  /^\{"type":"content_block_delta","index":(\d{1,9}),"delta":\{"type":"text_delta","text":"([^"\\\p{Cc}]*)"\} *\} *$/u;

/**
 * Never throws. The type inside the data decides; the event's name stands in where the data has none, and decides
 * whether data that cannot be read may be passed over.
 */
export function readStreamEvent(name: string | undefined, data: string): StreamEvent {
  const plain = PLAIN_TEXT_DELTA.exec(data);
  if (plain !== null) {
    return { kind: 'block_delta', index: Number(plain[1]), delta: 'text', value: plain[2] ?? '' };
  }
  let fields: unknown;
  try {
    fields = JSON.parse(data);
  } catch {
    fields = undefined;
  }
  if (!isFields(fields)) {
    // Without a name nobody can say what was lost, so it counts as lost; an empty one held nothing.
    const mayBePassedOver = name === undefined ? data.trim() === '' : !KNOWN_EVENTS.has(name);
    return mayBePassedOver ? NO_CONTENT : unreadable(`its ${name ?? 'nameless'} event holds no JSON object`);
  }
  const type = typeof fields['type'] === 'string' ? fields['type'] : name;
  switch (type) {
    case 'content_block_delta':
      return readBlockDelta(fields);
    case 'content_block_start':
      return readBlockStart(fields);
    case 'content_block_stop':
      return { kind: 'block_stop', index: indexOf(fields) };
    case 'message_start':
      return { kind: 'message_start', usage: readUsage(nested(fields, 'message')?.['usage']) };
    case 'message_delta': {
      const delta = nested(fields, 'delta');
      return {
        kind: 'message_delta',
        stopReason: stringOrNull(delta?.['stop_reason']),
        stopSequence: stringOrNull(delta?.['stop_sequence']),
        usage: readUsage(fields['usage']),
      };
    }
    case 'message_stop':
      return { kind: 'message_stop' };
    case 'error': {
      const error = nested(fields, 'error');
      return {
        kind: 'error',
        type: stringOrNull(error?.['type']),
        message: stringOrNull(error?.['message']),
        requestId: stringOrNull(fields['request_id']),
      };
    }
    default:
      return NO_CONTENT;
  }
}

function readBlockStart(fields: Fields): StreamEvent {
  const block = nested(fields, 'content_block');
  if (block === null) return unreadable('a content_block_start without its block');
  const index = indexOf(fields);
  switch (block['type']) {
    case 'text':
      return { kind: 'block_start', index, block: 'text', initial: stringOrNull(block['text']) ?? '' };
    case 'thinking':
      return {
        kind: 'block_start',
        index,
        block: 'thinking',
        initial: stringOrNull(block['thinking']) ?? '',
      };
    case 'redacted_thinking':
      return { kind: 'block_start', index, block: 'thinking', initial: '' };
    default:
      return { kind: 'block_start', index, block: 'other', initial: '' };
  }
}

function readBlockDelta(fields: Fields): StreamEvent {
  const delta = nested(fields, 'delta');
  if (delta === null) return unreadable('a content_block_delta without its delta');
  const index = indexOf(fields);
  const type = delta['type'];
  if (type === 'text_delta' || type === 'thinking_delta') {
    const value = delta[type === 'text_delta' ? 'text' : 'thinking'];
    if (typeof value !== 'string') return unreadable(`a ${type} whose value is no string`);
    return { kind: 'block_delta', index, delta: type === 'text_delta' ? 'text' : 'thinking', value };
  }
  const field = typeof type === 'string' ? OTHER_DELTA_FIELDS.get(type) : undefined;
  if (field === undefined) return NO_CONTENT;
  const value = delta[field];
  const holdsSomething = typeof value === 'string' ? value !== '' : isFields(value);
  return { kind: 'block_delta', index, delta: 'other', value: holdsSomething ? '…' : '' };
}

function readUsage(value: unknown): ReportedUsage | null {
  if (!isFields(value)) return null;
  return {
    inputTokens: numberOrNull(value['input_tokens']),
    outputTokens: numberOrNull(value['output_tokens']),
    cacheReadTokens: numberOrNull(value['cache_read_input_tokens']),
    cacheWriteTokens: numberOrNull(value['cache_creation_input_tokens']),
  };
}

function unreadable(what: string): StreamEvent {
  return { kind: 'unreadable', what };
}

/** Some gateways leave the index out; they send one block at a time, so any fixed number will do. */
function indexOf(fields: Fields): number {
  return numberOrNull(fields['index']) ?? -1;
}

function nested(fields: Fields, name: string): Fields | null {
  const value = fields[name];
  return isFields(value) ? value : null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
