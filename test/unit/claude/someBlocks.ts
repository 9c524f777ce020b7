/** Blocks of any content, and the stream of events that each of them comes in. */
import fc from 'fast-check';
import type { ContentBlock } from '../../../src/generation/request.ts';
import * as sse from './sse.ts';

const someText = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `${text}.`);
const someFields = fc
  .dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }), { noNullPrototype: true })
  // What JSON cannot say (a negative zero) cannot come.
  .map((fields) => JSON.parse(JSON.stringify(fields)) as Record<string, unknown>);
export const someBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  fc.record({
    type: fc.constant('text'),
    text: someText,
    citations: fc.oneof(fc.constant(null), fc.array(someFields, { minLength: 1, maxLength: 3 })),
  }),
  fc.record({
    type: fc.constant('thinking'),
    thinking: someText,
    signature: fc.base64String({ minLength: 4 }),
  }),
  fc.record({ type: fc.constant('server_tool_use'), id: fc.string(), input: someFields }),
  fc.record({ type: fc.constant('web_search_tool_result'), content: fc.array(someFields) }),
);

/** A block as the API would stream it: opened empty, then in pieces whose lengths follow from the seed. */
export function streamed(whole: ContentBlock, index: number, seed: number): string {
  const { type, text, thinking, citations, signature: signed, input } = whole;
  switch (type) {
    case 'text': {
      const cited = Array.isArray(citations)
        ? citations.map((citation: unknown) => sse.citation(index, citation))
        : [];
      return sse.block(
        index,
        { type, text: '', citations: citations === null ? null : [] },
        ...cited,
        ...inPieces(text ?? '', seed).map((piece) => sse.text(index, piece)),
      );
    }
    case 'thinking':
      return sse.block(
        index,
        { type, thinking: '', signature: '' },
        ...inPieces(String(thinking), seed).map((piece) => sse.thinking(index, piece)),
        sse.signature(index, String(signed)),
      );
    case 'server_tool_use':
      return sse.block(
        index,
        { ...whole, input: {} },
        ...inPieces(JSON.stringify(input), seed).map((piece) => sse.inputJson(index, piece)),
      );
    default:
      return sse.block(index, whole);
  }
}

/** Cut by code units: a character of two may be cut in the middle, as its JSON can be. */
function inPieces(value: string, seed: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < value.length; at += pieces.at(-1)?.length ?? 1) {
    pieces.push(value.slice(at, at + 1 + ((seed + pieces.length * 7) % 11)));
  }
  return pieces;
}
