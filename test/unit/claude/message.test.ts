import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceMessage, NEW_MESSAGE } from '../../../src/claude/message.ts';
import type { MessageStep } from '../../../src/claude/message.ts';
import { createEventReader } from '../../../src/claude/serverSentEvents.ts';
import { readStreamEvent } from '../../../src/claude/streamEvent.ts';
import { usageSoFar } from '../../../src/claude/usage.ts';
import * as sse from './sse.ts';

function run(stream: string): {
  steps: MessageStep[];
  last: MessageStep | undefined;
  state: typeof NEW_MESSAGE;
} {
  const steps: MessageStep[] = [];
  let message = NEW_MESSAGE;
  const reader = createEventReader({
    onEvent(name, data) {
      const { state, step } = advanceMessage(message, readStreamEvent(name, data));
      message = state;
      steps.push(step);
    },
    onComment: () => {},
    onBroken: () => {},
  });
  reader.feed(new TextEncoder().encode(stream));
  return { steps, last: steps.at(-1), state: message };
}

const lastOf = (stream: string) => run(stream).last;
const textOf = (stream: string) =>
  run(stream)
    .steps.map((step) =>
      step.kind === 'text' ? step.text : step.kind === 'block_opened' ? step.initial : '',
    )
    .join('');

describe('what is not believed of a stream', () => {
  const stopped = sse.opening('Hi') + sse.messageDelta();
  it.each([
    ['a second message_start', sse.opening('Hi') + sse.messageStart],
    ['a second message_start at once', sse.messageStart + sse.messageStart],
    ['a block before message_start', sse.blockStart(0)],
    ['text before message_start', sse.text(0, 'Hi')],
    ['message_delta before message_start', sse.messageDelta()],
    ['text for a block that never opened', sse.opening('Hi') + sse.text(1, 'there')],
    ['text for a block that was closed', sse.opening('Hi') + sse.blockStop(0) + sse.text(0, 'there')],
    ['a block that opens twice', sse.opening('Hi') + sse.blockStart(0)],
    ['text inside a thinking block', sse.messageStart + sse.blockStart(0, 'thinking') + sse.text(0, 'Hi')],
    ['text after a stop reason', stopped + sse.text(0, ' there')],
    ['a block after a stop reason', stopped + sse.blockStart(1)],
  ])('%s', (_name, stream) => {
    expect(lastOf(stream)).toMatchObject({ kind: 'not_believed', error: 'contradictory_event' });
  });

  it.each([
    ['a delta cut in the middle', 'event: content_block_delta\ndata: {"type":"content_block_de\n\n'],
    ['a nameless event that is not JSON', 'data: Hi\n\n'],
    ['an array', 'event: message_delta\ndata: []\n\n'],
    ['a delta without its delta', sse.event('content_block_delta', { index: 0 })],
    ['a text delta without its text', sse.delta(0, 'text_delta', { txt: 'Hi' })],
    ['a block without its block', sse.event('content_block_start', { index: 1 })],
  ])('%s', (_name, stream) => {
    const { last } = run(sse.opening('Hi') + stream);
    expect(last).toMatchObject({ kind: 'not_believed', error: 'malformed_event' });
  });

  it('message_stop without any stop reason', () => {
    const stream = sse.opening('Hi') + sse.messageDelta(null) + sse.messageStop;
    expect(lastOf(stream)).toMatchObject({ kind: 'not_believed', error: 'no_stop_reason' });
  });
});

describe('what is passed over', () => {
  it.each([
    ['a ping', sse.ping],
    ['a ping that holds no JSON', 'event: ping\ndata: pong\n\n'],
    ['an unknown event', sse.event('weather_report')],
    ['an unknown event that holds no JSON', 'event: weather\ndata: fine\n\n'],
    ['an unknown delta', sse.delta(0, 'hologram_delta', { hologram: 'much' })],
    ['an unknown delta for a block that is not open', sse.delta(9, 'hologram_delta', {})],
    ['empty text', sse.text(0, '')],
    ['empty thoughts', sse.thinking(0, '')],
    ['empty tool input', sse.delta(0, 'input_json_delta', { partial_json: '' })],
    ['a block that closes without being open', sse.blockStop(7)],
    ['message_delta without a stop reason', sse.messageDelta(null)],
    ['an event with no data in it', 'data:\n\n'],
  ])('%s', (_name, stream) => {
    const { last, state } = run(sse.opening('Hi') + stream);
    expect(last).toEqual({ kind: 'no_content' });
    const { last: end } = run(sse.opening('Hi') + stream + sse.messageDelta() + sse.messageStop);
    expect(end).toMatchObject({ kind: 'message_stop' });
    expect(state.stopReason).toBeNull();
  });

  it('a block that closes after the stop reason, and a repeated message_delta', () => {
    const stopped = sse.opening('Hi') + sse.messageDelta();
    expect(lastOf(stopped + sse.blockStop(0))).toEqual({ kind: 'no_content' });
    expect(lastOf(stopped + sse.messageDelta('max_tokens'))).toEqual({ kind: 'no_content' });
    expect(lastOf(stopped + sse.messageDelta(null) + sse.messageStop)).toMatchObject({
      stopReason: 'end_turn',
    });
  });
});

describe('what is content', () => {
  it.each([
    ['text', sse.text(0, 'there'), { kind: 'text', text: 'there' }],
    [
      'a citation',
      sse.delta(0, 'citations_delta', { citation: { type: 'page' } }),
      { kind: 'other_content' },
    ],
    [
      'an opened block of an unknown kind',
      sse.blockStart(1, 'hologram'),
      { kind: 'block_opened', block: 'other' },
    ],
    ['an opened thinking block', sse.blockStart(1, 'thinking'), { kind: 'block_opened', block: 'thinking' }],
    ['a closed block', sse.blockStop(0), { kind: 'block_closed' }],
    ['a stop reason', sse.messageDelta(), { kind: 'stop_reason' }],
  ])('%s', (_name, stream, step) => {
    expect(lastOf(sse.opening('Hi') + stream)).toMatchObject(step);
  });

  it.each([
    ['tool_use', sse.delta(0, 'input_json_delta', { partial_json: '{' })],
    ['thinking', sse.delta(0, 'signature_delta', { signature: 'abc' })],
    ['compaction', sse.delta(0, 'compaction_delta', { content: 'summary' })],
  ])('what a block of the kind %s receives, but it is no text', (kind, stream) => {
    expect(lastOf(sse.messageStart + sse.blockStart(0, kind) + stream)).toEqual({ kind: 'other_content' });
  });

  it('the text a block opens with', () => {
    expect(textOf(sse.messageStart + sse.blockStart(0, 'text', { text: 'Hi' }) + sse.text(0, ' there'))).toBe(
      'Hi there',
    );
  });

  it('of several text blocks, all in order; nothing of an unknown kind of block', () => {
    const unknown = sse.blockStart(1, 'hologram') + sse.text(1, 'no text of the reply') + sse.blockStop(1);
    const stream = sse.opening('one ') + sse.blockStop(0) + unknown + sse.blockStart(2) + sse.text(2, 'two');
    expect(textOf(stream)).toBe('one two');
  });

  it('events without a name, by the type they hold; and by their name, without a type', () => {
    const nameless = sse.wholeMessage('Hi').replaceAll(/^event: .*\n/gm, '');
    expect(textOf(nameless)).toBe('Hi');
    expect(lastOf(nameless)).toMatchObject({ kind: 'message_stop' });
    expect(
      lastOf(sse.opening('Hi') + sse.messageDelta() + 'event: message_stop\ndata: {}\n\n'),
    ).toMatchObject({
      kind: 'message_stop',
    });
  });
});

describe('the short way to read a text delta', () => {
  it('reads whatever the long way reads, the same', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('plain', '"', '\\', '\n', '\u007f', '\ud83d', '}}'),
    );
    const padding = fc.constantFrom('', ' ', '     ');
    fc.assert(
      fc.property(fc.array(piece), fc.nat(), padding, (pieces, index, spaces) => {
        const delta = { type: 'text_delta', text: pieces.join('') };
        const short = JSON.stringify({ type: 'content_block_delta', index, delta });
        const long = JSON.stringify({ delta, index, type: 'content_block_delta' });
        const padded = `${short.slice(0, -1)}${spaces}}${spaces}`;
        expect(readStreamEvent(undefined, padded)).toEqual(readStreamEvent(undefined, long));
        expect(readStreamEvent(undefined, long)).toMatchObject({ kind: 'block_delta', value: delta.text });
      }),
    );
  });

  it.each(['"a"b"', '"a', '"a\\"', '"a\u0001"', '"a\n"'])('takes no text that is not JSON: %j', (text) => {
    const data = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${text}}}`;
    expect(readStreamEvent(undefined, data)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('usage', () => {
  const usage = (stream: string, characters = 0, ended = true) =>
    usageSoFar(run(stream).state, characters, ended);

  it('is unknown before message_start', () => expect(usage(sse.ping)).toBeNull());

  it('is estimated until message_delta tells it, rounded up', () => {
    expect(usage(sse.opening('Hi'), 9)).toEqual({
      inputTokens: 17,
      outputTokens: 3,
      cacheReadTokens: 5,
      cacheWriteTokens: null,
      estimated: true,
      estimatedFrom: 'characters',
    });
  });

  it.each([
    ['what the last message_delta told', 40, 12, 'message_delta'],
    ['the characters, where more came after it', 400, 100, 'characters'],
  ] as const)('of a stream that died is %s', (_what, characters, outputTokens, estimatedFrom) => {
    const told = sse.messageDelta(null, { output_tokens: 12 });
    expect(usage(sse.opening('Hi') + told, characters, false)).toMatchObject({
      outputTokens,
      estimated: true,
      estimatedFrom,
    });
  });

  it('has the last figure of each kind; null or nothing erases none', () => {
    const first = sse.messageDelta(null, {
      output_tokens: 10,
      input_tokens: 20,
      cache_creation_input_tokens: 3,
    });
    const second = sse.messageDelta('end_turn', {
      output_tokens: 12,
      input_tokens: null,
      cache_read_input_tokens: null,
    });
    const third = sse.event('message_delta', { delta: {}, usage: { output_tokens: null } });
    expect(usage(sse.opening('Hi') + first + second + third)).toEqual({
      inputTokens: 20,
      outputTokens: 12,
      cacheReadTokens: 5,
      cacheWriteTokens: 3,
    });
  });
});
