/**
 * The order of events in one message: which of them carry the message on, and which cannot be true.
 *
 * Passed over: pings, unknown events, unknown deltas, unknown kinds of block, a block that closes without being open,
 * a repeated `message_delta`. Not believed (the stream then counts as lost, and what came before is kept): whatever
 * shows that a piece is missing or that two streams were mixed. A second `message_start`; content before the first; a
 * delta for a block that never opened; a block that opens twice; **content after a stop reason**: the stop reason
 * says that everything was sent, so either it is not this message's or the text is not.
 */
import type { BlockKind, ReportedUsage, StreamEvent } from './streamEvent.ts';

/** Every transition returns a new state; a delta, which comes often, returns the one it was given. */
export interface MessageState {
  started: boolean;
  openBlocks: ReadonlyMap<number, BlockKind>;
  stopReason: string | null;
  stopSequence: string | null;
  usage: ReportedUsage | null;
  /** Whether `usage.outputTokens` is final: `message_start` only has a first guess. */
  outputTokensReported: boolean;
}

export type MessageStep =
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; characters: number }
  | { kind: 'other_content' }
  /** A text block may open with text, and a thinking block with thoughts, although none was seen to. */
  | { kind: 'block_opened'; block: BlockKind; initial: string }
  | { kind: 'block_closed' }
  | { kind: 'stop_reason' }
  /** `message_start`: neither content nor a ping. */
  | { kind: 'started' }
  | { kind: 'no_content' }
  | { kind: 'message_stop'; stopReason: string; stopSequence: string | null }
  | { kind: 'api_error'; type: string | null; message: string | null; requestId: string | null }
  | {
      kind: 'not_believed';
      error: 'malformed_event' | 'contradictory_event' | 'no_stop_reason';
      what: string;
    };

export interface MessageTransition {
  state: MessageState;
  step: MessageStep;
}

export const NEW_MESSAGE: MessageState = {
  started: false,
  openBlocks: new Map(),
  stopReason: null,
  stopSequence: null,
  usage: null,
  outputTokensReported: false,
};

const NO_CONTENT: MessageStep = { kind: 'no_content' };
const OTHER_CONTENT: MessageStep = { kind: 'other_content' };

export function advanceMessage(state: MessageState, event: StreamEvent): MessageTransition {
  switch (event.kind) {
    case 'block_delta':
      return { state, step: deltaStep(state, event) };
    case 'no_content':
      return { state, step: NO_CONTENT };
    case 'unreadable':
      return notBelieved(state, 'malformed_event', event.what);
    case 'error':
      return { state, step: { ...event, kind: 'api_error' } };
    case 'message_start':
      if (state.started) return contradictory(state, 'a second message_start');
      return { state: { ...state, started: true, usage: event.usage }, step: { kind: 'started' } };
    case 'block_start': {
      const contradiction =
        whyNoContentNow(state) ?? (state.openBlocks.has(event.index) ? 'a block that opens twice' : null);
      if (contradiction !== null) return contradictory(state, contradiction);
      const openBlocks = new Map(state.openBlocks).set(event.index, event.block);
      const { block, initial } = event;
      return { state: { ...state, openBlocks }, step: { kind: 'block_opened', block, initial } };
    }
    case 'block_stop': {
      if (!state.openBlocks.has(event.index)) return { state, step: NO_CONTENT };
      const openBlocks = new Map(state.openBlocks);
      openBlocks.delete(event.index);
      // After the stop reason it is late, but takes nothing back: no content any more, and no contradiction.
      const step: MessageStep = state.stopReason === null ? { kind: 'block_closed' } : NO_CONTENT;
      return { state: { ...state, openBlocks }, step };
    }
    case 'message_delta': {
      if (!state.started) return contradictory(state, 'a message_delta before message_start');
      const stopReason = event.stopReason ?? state.stopReason;
      return {
        state: {
          ...state,
          stopReason,
          stopSequence: event.stopSequence ?? state.stopSequence,
          usage: mergeUsage(state.usage, event.usage),
          outputTokensReported: state.outputTokensReported || event.usage?.outputTokens != null,
        },
        // The silence before the end is counted from the first one, or repetitions could put the end off for ever.
        step: stopReason !== null && state.stopReason === null ? { kind: 'stop_reason' } : NO_CONTENT,
      };
    }
    case 'message_stop': {
      const { stopReason, stopSequence } = state;
      if (stopReason === null)
        return notBelieved(state, 'no_stop_reason', 'message_stop without a stop reason');
      return { state, step: { kind: 'message_stop', stopReason, stopSequence } };
    }
    default:
      return event satisfies never;
  }
}

function deltaStep(
  state: MessageState,
  { index, delta, value }: Extract<StreamEvent, { kind: 'block_delta' }>,
): MessageStep {
  if (value === '') return NO_CONTENT;
  const contradiction = whyNoContentNow(state);
  if (contradiction !== null) return contradictory(state, contradiction).step;
  const block = state.openBlocks.get(index);
  if (block === undefined) return contradictory(state, 'a delta for a block that is not open').step;
  if (delta === 'text' && block === 'text') return { kind: 'text', text: value };
  if (delta === 'text' && block === 'thinking') {
    return contradictory(state, 'text inside a thinking block').step;
  }
  if (delta === 'thinking' && block === 'thinking') return { kind: 'thinking', characters: value.length };
  return OTHER_CONTENT;
}

function whyNoContentNow(state: MessageState): string | null {
  if (!state.started) return 'content before message_start';
  return state.stopReason === null ? null : 'content after a stop reason';
}

function contradictory(state: MessageState, what: string): MessageTransition {
  return notBelieved(state, 'contradictory_event', what);
}

function notBelieved(
  state: MessageState,
  error: 'malformed_event' | 'contradictory_event' | 'no_stop_reason',
  what: string,
): MessageTransition {
  return { state, step: { kind: 'not_believed', error, what } };
}

/** The later figure wins, unless there is none: `message_delta` may leave out, or send as null, what was known. */
function mergeUsage(known: ReportedUsage | null, later: ReportedUsage | null): ReportedUsage | null {
  if (known === null || later === null) return later ?? known;
  return {
    inputTokens: later.inputTokens ?? known.inputTokens,
    outputTokens: later.outputTokens ?? known.outputTokens,
    cacheReadTokens: later.cacheReadTokens ?? known.cacheReadTokens,
    cacheWriteTokens: later.cacheWriteTokens ?? known.cacheWriteTokens,
  };
}
