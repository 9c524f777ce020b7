import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventReader } from '../../../src/claude/serverSentEvents.ts';
import * as sse from './sse.ts';

type Seen = [string | undefined, string] | 'comment' | 'not_utf8' | 'event_too_long';

function read(...chunks: Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  const reader = createEventReader({
    onEvent: (name, data) => seen.push([name, data]),
    onComment: () => seen.push('comment'),
    onBroken: (reason) => seen.push(reason),
  });
  for (const chunk of chunks) reader.feed(chunk);
  return seen;
}

const bytes = (value: string) => new TextEncoder().encode(value);

const LF = `: hello\n\n${sse.wholeMessage('Grüße, ', '世界 👩‍👩‍👧', ' "\\n"')}data: a\ndata: b\n\n`;
const EXPECTED = read(bytes(LF));
const VARIANTS = {
  LF,
  CRLF: LF.replaceAll('\n', '\r\n'),
  CR: LF.replaceAll('\n', '\r'),
  'a byte order mark': `\uFEFF${LF}`,
  'a byte order mark and CRLF': `\uFEFF${LF.replaceAll('\n', '\r\n')}`,
  'no space after the colon': LF.replaceAll(/^(event|data): /gm, '$1:'),
  'mixed line ends': LF.replaceAll('\n\n', '\r\n\n').replaceAll('}\r', '}\r\r'),
};

describe('the event reader', () => {
  it.each(Object.entries(VARIANTS))(
    'reads the same events with %s, split at any one byte',
    (_name, variant) => {
      const whole = bytes(variant);
      const expected = EXPECTED.filter((seen) => seen !== 'comment');
      for (let at = 0; at <= whole.length; at += 1) {
        const seen = read(whole.subarray(0, at), whole.subarray(at));
        expect(seen.filter((one) => one !== 'comment')).toEqual(expected);
      }
    },
  );

  it('reads the same events however the bytes are split', () => {
    const variant = fc.constantFrom(...Object.values(VARIANTS));
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(variant, sizes, (value, lengths) => {
        const whole = bytes(value);
        const chunks: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          // A length of 0 is an empty chunk; the 1 added each round through keeps it going.
          const length = (lengths[turn % lengths.length] ?? 0) + (turn % lengths.length === 0 ? 1 : 0);
          chunks.push(whole.subarray(at, at + length));
          at += length;
        }
        expect(read(...chunks)).toEqual(EXPECTED);
      }),
    );
  });

  it('hands an event on with the bare carriage return that ends it, and does not wait for what follows', () => {
    expect(read(bytes('data: {}\r\r'))).toEqual([[undefined, '{}']]);
  });

  it('never hands on an event whose blank line is missing', () => {
    expect(read(bytes('event: message_stop\ndata: {"type":"message_stop"}\n'))).toEqual([]);
  });

  it('stops at bytes that are no UTF-8, instead of putting something in their place', () => {
    const broken = new Uint8Array([...bytes('data: "caf'), 0xe9, ...bytes('"\n\n')]);
    expect(read(broken, bytes('data: {}\n\n'))).toEqual(['not_utf8']);
  });

  it('stops at an event that never ends', () => {
    const chunk = bytes('x'.repeat(1_048_576));
    expect(read(bytes('data: '), ...Array.from({ length: 20 }, () => chunk))).toEqual(['event_too_long']);
  });

  it('passes over ids, retry times and fields nobody knows', () => {
    expect(read(bytes('id: 7\nretry: soon\nweather: fine\ndata: {}\n\n'))).toEqual([[undefined, '{}']]);
  });
});
