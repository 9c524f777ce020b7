/**
 * The content of one message, put together from its stream as it came, to be sent back.
 *
 * A turn that paused (stop reason `pause_turn`) goes on when its content is sent back as the last message. All of it:
 * text with citations, calls of server tools with their input, the tools' results, thoughts with their signature. So it
 * is all blocks or none. Whatever was not understood might have changed one of them, and a turn that is only half true
 * is refused by the API, or worse, taken.
 *
 * How blocks are sent back, and where that comes from:
 * - As they came, with every field (`citations: null`, `caller`, a citation's `file_id`). Sources: `Message.stop_reason`
 *   in SDK 1.12 ("provide the response back as-is"), and its own helpers, none of which takes a field away:
 *   `MessageStream` and `ThreadState` hold the reply's `content` for the next request, `toPrefillBlocks` in
 *   `lib/middleware` puts only the tools' input together. Of all fields of a `ContentBlock`, a citation's `file_id` is the
 *   only one that the types of a request do not have.
 * - A call of a server tool may stand without its result, as long as the message stays the last one. Source:
 *   anthropic-sdk-python, issue 1339, and what a maintainer says of it in pull request 1507.
 * - Text blocks are the exception: the API writes empty ones and refuses them, and white space alone, which it writes
 *   between two citations, it refuses where the message has no other text (tried out in LibreChat-AI/agents, pull request
 *   124). Those are left out, and no others: beside signed thoughts every missing block is one too many.
 *
 * Deltas are put together as in SDK 1.12, `MessageStream` and, for compaction, `BetaMessageStream`; but where the SDK
 * passes over what it does not know, here the whole content counts as not understood.
 */
import type { ContentBlock } from '../generation/request.ts';
import { isFields } from './streamEvent.ts';
import type { Fields, StreamEvent } from './streamEvent.ts';

export interface BlockCollector {
  /** Never throws. `data`: what the event was read from; only the rarer events are parsed once more. */
  take(event: StreamEvent, data: string): void;
  /** In the order of their index, plain JSON. Null: something was not understood, or has not come to its end. */
  blocks(): readonly ContentBlock[] | null;
}

/** A block under way, or one that is closed. */
interface Collected {
  block: ContentBlock;
  /** Of its text, its thoughts, or the JSON of its input, joined once: no block has two of these. */
  pieces: string[];
  closed: boolean;
}

export function createBlockCollector(): BlockCollector {
  const byIndex = new Map<number, Collected>();
  let understood = true;

  function openAt(index: number): Collected | null {
    const collected = byIndex.get(index);
    return collected === undefined || collected.closed ? null : collected;
  }

  function open(index: number, initial: string, data: string): boolean {
    const block = fieldsIn(data)?.['content_block'];
    // An index that came before would be another block's; one that was left out is -1, and found missing at the end.
    if (!isContentBlock(block) || byIndex.has(index)) return false;
    byIndex.set(index, { block, pieces: [initial], closed: false });
    return true;
  }

  function takeStep(event: StreamEvent, data: string): boolean {
    switch (event.kind) {
      case 'block_start':
        return open(event.index, event.initial, data);
      case 'block_delta': {
        const collected = openAt(event.index);
        if (collected === null) return false;
        if (event.delta === 'other') return takeOtherDelta(collected, fieldsIn(data)?.['delta']);
        return collected.block.type === event.delta && addPiece(collected, event.value);
      }
      case 'block_stop': {
        const collected = openAt(event.index);
        return collected !== null && close(collected);
      }
      case 'message_start': {
        // Seen where a client's tool called from code is answered. Its indices then say nothing about the whole.
        const message = fieldsIn(data)?.['message'];
        const content = isFields(message) ? message['content'] : undefined;
        return !Array.isArray(content) || content.length === 0;
      }
      case 'no_content':
        return !mayConcernBlocks(data);
      case 'unreadable':
        return false;
      case 'message_delta':
      case 'message_stop':
      case 'error':
        return true;
      default:
        return event satisfies never;
    }
  }

  return {
    take(event, data) {
      if (understood) understood = takeStep(event, data);
      // Nothing more will come of what was collected.
      if (!understood) byIndex.clear();
    },
    blocks() {
      if (!understood) return null;
      const blocks: ContentBlock[] = [];
      for (let index = 0; index < byIndex.size; index += 1) {
        const collected = byIndex.get(index);
        if (collected === undefined || !collected.closed) return null;
        blocks.push(collected.block);
      }
      return withoutRefusedText(blocks);
    },
  };
}

/** @returns whether the delta was understood */
function takeOtherDelta(collected: Collected, delta: unknown): boolean {
  if (!isFields(delta)) return false;
  const { block } = collected;
  switch (delta['type']) {
    case 'input_json_delta':
      return 'input' in block && addPiece(collected, delta['partial_json']);
    case 'signature_delta':
      return block.type === 'thinking' && sign(block, delta['signature']);
    case 'citations_delta':
      return block.type === 'text' && cite(block, delta['citation']);
    case 'compaction_delta': {
      if (block.type !== 'compaction') return false;
      // It has the block's last word, not an addition to it.
      const { type: _type, ...fields } = delta;
      Object.assign(block, fields);
      return true;
    }
    default:
      return false;
  }
}

function addPiece({ pieces }: Collected, piece: unknown): boolean {
  if (typeof piece !== 'string') return false;
  pieces.push(piece);
  return true;
}

/** The SDK lets a second signature take the first one's place; nothing says that it is not the rest of it. */
function sign(block: ContentBlock, signature: unknown): boolean {
  if (typeof signature !== 'string') return false;
  if (isSigned(block)) return false;
  block['signature'] = signature;
  return true;
}

function cite(block: ContentBlock, citation: unknown): boolean {
  if (!isFields(citation)) return false;
  const citations: unknown = block['citations'];
  if (Array.isArray(citations)) citations.push(citation);
  else block['citations'] = [citation];
  return true;
}

/** @returns whether the block may be sent back as it is now */
function close(collected: Collected): boolean {
  const { block, pieces } = collected;
  collected.closed = true;
  const whole = pieces.join('');
  pieces.length = 0;
  if (block.type === 'text') {
    block.text = whole;
    return true;
  }
  if (block.type === 'thinking') {
    block['thinking'] = whole;
    // The API takes no thoughts it has not signed.
    return isSigned(block);
  }
  // Without a piece, the input is the one the block opened with.
  if (whole === '') return true;
  const input = fieldsIn(whole);
  block['input'] = input;
  return input !== null;
}

function isSigned(block: ContentBlock): boolean {
  return typeof block['signature'] === 'string' && block['signature'] !== '';
}

function withoutRefusedText(blocks: ContentBlock[]): ContentBlock[] {
  const hasText = blocks.some(({ type, text }) => type === 'text' && /\S/.test(text ?? ''));
  return blocks.filter(({ type, text }) => type !== 'text' || (hasText && text !== ''));
}

/**
 * Of an event that counts as no content: a delta or an event of a kind nobody knows, or a ping. Judged by the words it
 * holds: a doubt costs no more than the long way round, a miss would be half a turn.
 */
function mayConcernBlocks(data: string): boolean {
  return data.includes('"delta"') || data.includes('"content_block');
}

function fieldsIn(data: string): Fields | null {
  try {
    const value: unknown = JSON.parse(data);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function isContentBlock(value: unknown): value is ContentBlock {
  return isFields(value) && typeof value['type'] === 'string';
}
