import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContentBlock } from '../../../src/generation/request.ts';
import { someBlock, streamed } from './someBlocks.ts';
import * as sse from './sse.ts';
import { watch } from './watching.ts';
import type { Exchange, Wire } from './wire.ts';
import { startWire } from './wire.ts';

let wire: Wire | undefined;
afterEach(async () => {
  await wire?.stop();
  wire = undefined;
});

const PAUSED = sse.messageDelta('pause_turn') + sse.messageStop;

/** What the end of the stream these bytes make says of its blocks; the stream has to end as a message. */
async function blocksOf(...pieces: (string | Uint8Array)[]): Promise<readonly ContentBlock[] | null> {
  return blocksFrom((exchange) => {
    for (const piece of pieces) exchange.send(piece);
  });
}

async function blocksFrom(script: (exchange: Exchange) => void): Promise<readonly ContentBlock[] | null> {
  await wire?.stop();
  wire = await startWire((exchange) => {
    exchange.respond();
    script(exchange);
  });
  const end = await watch(wire.baseUrl, { collectBlocks: true }).ended;
  expect(end).toMatchObject({ kind: 'message_end' });
  return end.kind === 'message_end' ? end.blocks : null;
}

const RESULT = {
  type: 'web_search_tool_result',
  tool_use_id: 'srvtoolu_1',
  caller: { type: 'direct' },
  content: [{ type: 'web_search_result', url: 'https://a.example', title: 'A', encrypted_content: 'x+/=' }],
};
const CITATION = {
  type: 'web_search_result_location',
  url: 'https://a.example',
  title: null,
  cited_text: 'Grüße',
  encrypted_index: 'Eo8B',
};
const SEARCH = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };

const TURN =
  sse.messageStart +
  sse.block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    sse.thinking(0, 'Let me '),
    sse.ping,
    sse.thinking(0, 'look — 世界.'),
    sse.signature(0, 'EqQBCg=='),
  ) +
  sse.block(1, { type: 'redacted_thinking', data: 'EmwKAh==' }) +
  sse.block(
    2,
    SEARCH,
    sse.inputJson(2, ''),
    sse.inputJson(2, '{"query": "wea'),
    sse.ping,
    sse.inputJson(2, 'ther \\"today\\""}'),
  ) +
  sse.block(3, RESULT) +
  sse.block(
    4,
    { type: 'text', text: 'It ', citations: null },
    sse.text(4, 'is "warm"\n'),
    sse.text(4, '👩‍👧'),
  ) +
  sse.block(
    5,
    { type: 'text', text: '', citations: [] },
    sse.citation(5, CITATION),
    sse.citation(5, { ...CITATION, title: 'B' }),
    sse.text(5, 'today.'),
  ) +
  sse.block(6, { ...SEARCH, id: 'srvtoolu_2' }, sse.inputJson(6, '{"query":"x"}'));
const BLOCKS = [
  { type: 'thinking', thinking: 'Let me look — 世界.', signature: 'EqQBCg==' },
  { type: 'redacted_thinking', data: 'EmwKAh==' },
  { ...SEARCH, input: { query: 'weather "today"' } },
  RESULT,
  { type: 'text', text: 'It is "warm"\n👩‍👧', citations: null },
  { type: 'text', text: 'today.', citations: [CITATION, { ...CITATION, title: 'B' }] },
  { ...SEARCH, id: 'srvtoolu_2', input: { query: 'x' } },
];

describe('the blocks of a message', () => {
  it('come with its end, as the API wrote them: thoughts signed, text cited, input parsed, results untouched', async () => {
    expect(await blocksOf(TURN + PAUSED)).toEqual(BLOCKS);
  });

  it('do not come unless they are asked for', async () => {
    wire = await startWire((exchange) => {
      exchange.respond();
      exchange.send(TURN + PAUSED);
    });
    expect(await watch(wire.baseUrl).ended).toEqual({
      kind: 'message_end',
      stopReason: 'pause_turn',
      stopSequence: null,
      blocks: null,
    });
  });

  it('are the same however the bytes are cut', async () => {
    const whole = Buffer.from(TURN + PAUSED);
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += pieces.at(-1)?.length ?? 1) {
          pieces.push(whole.subarray(at, at + (lengths[pieces.length % lengths.length] ?? 1)));
        }
        expect(await blocksOf(...pieces)).toEqual(BLOCKS);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same however the API cuts them into deltas', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someBlock, { maxLength: 6 }), fc.nat(), async (blocks, seed) => {
        const bytes = blocks.map((one, index) => streamed(one, index, seed)).join('');
        expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual(blocks);
      }),
      { numRuns: 60 },
    );
  });

  it('are ordered by their index, also when two are open at a time', async () => {
    const { type, ...fields } = SEARCH;
    const bytes =
      sse.blockStart(1, type, fields) +
      sse.blockStart(0) +
      sse.inputJson(1, '{"a"') +
      sse.text(0, 'Hi') +
      sse.inputJson(1, ':1}') +
      sse.blockStop(1) +
      sse.blockStop(0);
    expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual([
      { type: 'text', text: 'Hi' },
      { ...SEARCH, input: { a: 1 } },
    ]);
  });

  it('keep the input they open with when none comes after', async () => {
    const input = { query: 'given at once' };
    const bytes =
      sse.block(0, { ...SEARCH, input }) + sse.block(1, { ...SEARCH, input }, sse.inputJson(1, ''));
    expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual([
      { ...SEARCH, input },
      { ...SEARCH, input },
    ]);
  });

  it('of a kind nobody knows are handed back as they came', async () => {
    const hologram = { type: 'hologram_tool_result', depth: [1, { two: null }] };
    expect(await blocksOf(sse.messageStart + sse.block(0, hologram) + PAUSED)).toEqual([hologram]);
  });

  it('take the summary of a compaction for what the block holds', async () => {
    const delta = sse.delta(0, 'compaction_delta', { content: 'In short', encrypted_content: 'y' });
    const bytes = sse.block(0, { type: 'compaction', content: null }, delta);
    expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual([
      { type: 'compaction', content: 'In short', encrypted_content: 'y' },
    ]);
  });

  it('are none of them empty text, and keep white space beside other text', async () => {
    const bytes =
      sse.block(0, { type: 'text', text: '' }) +
      sse.block(1, { type: 'text', text: '' }, sse.text(1, '\n\n')) +
      sse.block(2, { type: 'text', text: '' }, sse.text(2, 'Hi'));
    expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual([
      { type: 'text', text: '\n\n' },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('are without white space where the message has no other text', async () => {
    const bytes = sse.block(0, { type: 'text', text: '' }, sse.text(0, '\n\n')) + sse.block(1, SEARCH);
    expect(await blocksOf(sse.messageStart + bytes + PAUSED)).toEqual([SEARCH]);
  });

  it('come also when the stream closes without message_stop', async () => {
    const blocks = await blocksFrom((exchange) => {
      exchange.send(TURN + sse.messageDelta('pause_turn'));
      exchange.endBody();
    });
    expect(blocks).toEqual(BLOCKS);
  });

  it('a block that closes after the stop reason is whole', async () => {
    const stop = sse.blockStop(0);
    expect(
      await blocksOf(sse.opening('Hi') + sse.messageDelta('pause_turn') + stop + sse.messageStop),
    ).toEqual([{ type: 'text', text: 'Hi' }]);
  });
});

describe('no block at all, rather than half a turn', () => {
  const thought = { type: 'thinking', thinking: '', signature: '' };
  it.each([
    ['an unknown delta', sse.block(1, SEARCH, sse.delta(1, 'hologram_delta', { hologram: 'much' }))],
    [
      'a delta without a type',
      sse.block(1, SEARCH, sse.event('content_block_delta', { index: 1, delta: {} })),
    ],
    [
      'an unknown delta in an event whose name alone says its type',
      'event: content_block_delta\ndata: {"index":0,"delta":{"type":"hologram_delta"}}\n\n',
    ],
    ['an unknown event about a block', sse.event('content_block_replaced', { index: 0 })],
    ['an input that is not JSON', sse.block(1, SEARCH, sse.inputJson(1, '{"query": "wea'))],
    ['an input that is no object', sse.block(1, SEARCH, sse.inputJson(1, '["wea"]'))],
    ['a piece of input that is no string', sse.block(1, SEARCH, sse.delta(1, 'input_json_delta', {}))],
    ['input for a block that takes none', sse.block(1, { type: 'text' }, sse.inputJson(1, '{}'))],
    ['a citation that is none', sse.block(1, { type: 'text' }, sse.citation(1, 'page 7'))],
    ['a citation outside a text', sse.block(1, SEARCH, sse.citation(1, CITATION))],
    ['thoughts inside a text', sse.block(1, { type: 'text' }, sse.thinking(1, 'Hm'))],
    ['text inside a tool call', sse.block(1, SEARCH, sse.text(1, 'Hi'))],
    ['a block that does not close', sse.blockStart(1) + sse.text(1, 'there')],
    ['a block that closes twice', sse.blockStop(0)],
    ['a block that closes without being open', sse.blockStop(7)],
    ['a block left out', sse.block(2, SEARCH)],
    ['a second block at the same index', sse.block(0, SEARCH)],
    ['a block without an index', sse.event('content_block_start', { content_block: SEARCH })],
    [
      'a block without a type',
      sse.event('content_block_start', { index: 1, content_block: {} }) + sse.blockStop(1),
    ],
    ['thoughts without their signature', sse.block(1, thought, sse.thinking(1, 'Hm'))],
    ['thoughts with two signatures', sse.block(1, thought, sse.signature(1, 'Eq'), sse.signature(1, 'QB'))],
    ['a signature that is no string', sse.block(1, thought, sse.delta(1, 'signature_delta', {}))],
    ['a signature outside thoughts', sse.block(1, SEARCH, sse.signature(1, 'Eq'))],
    [
      'a summary outside a compaction',
      sse.block(1, SEARCH, sse.delta(1, 'compaction_delta', { content: 'x' })),
    ],
  ])('%s: null, and the text comes all the same', async (_name, bytes) => {
    expect(await blocksOf(sse.opening('Hi') + sse.blockStop(0) + PAUSED)).toHaveLength(1);
    expect(await blocksOf(sse.opening('Hi') + sse.blockStop(0) + bytes + PAUSED)).toBeNull();
  });

  it('a message that opens with content: null', async () => {
    const start = sse.event('message_start', { message: { content: [SEARCH] } });
    expect(await blocksOf(start + sse.block(0, { type: 'text' }, sse.text(0, 'Hi')) + PAUSED)).toBeNull();
  });

  it.each([
    ['an unknown event', sse.event('weather_report', { weather: 'fine' })],
    ['a ping that holds no JSON', 'event: ping\ndata: pong\n\n'],
    ['a comment', sse.comment],
  ])('%s is no reason', async (_name, bytes) => {
    expect(await blocksOf(sse.opening('Hi') + bytes + sse.blockStop(0) + PAUSED)).toHaveLength(1);
  });
});
