import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestDigest } from '../../../src/client/digest.ts';
import { SONNET, message } from '../generation/builders.ts';

const document = { message: message({ system: 'Be brief.' }) };

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  );
}

describe("a request's digest", () => {
  it('is a SHA-256 in hexadecimal that no later version may change', () => {
    const given = { message: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] } };
    expect(requestDigest(given)).toBe('2a67583dd0575c9839efc120a2dabd151b7b48a58819d43049623c16b0822f6a');
  });

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const given = { message: { ...fields, model: 'm' }, resume: 'auto' };
        expect(requestDigest(turned(given) as object)).toBe(requestDigest(given));
      }),
    );
  });

  it.each([
    { id: 'other' },
    { limits: { totalMs: 5_000 } },
    { maxAttempts: 3 },
    { allowRestart: true },
    { fallbackModels: undefined },
  ])('is the same with %j', (field) => {
    expect(requestDigest({ ...document, ...field })).toBe(requestDigest(document));
  });

  it('is the same with stream or without', () => {
    expect(requestDigest({ message: { ...document.message, stream: true } })).toBe(requestDigest(document));
  });

  it.each([
    { message: { ...document.message, system: 'Be long.' } },
    { message: { ...document.message, temperature: 0 } },
    { message: { ...document.message, metadata: { stream: true } } },
    { fallbackModels: [SONNET] },
    { resume: 'restart' },
    { maxTotalTokens: 9 },
  ])('is another with %j', (field) => {
    expect(requestDigest({ ...document, ...field })).not.toBe(requestDigest(document));
  });

  it('is another when messages or fall-back models change places', () => {
    const of = (...fallbackModels: string[]): string => requestDigest({ ...document, fallbackModels });
    expect(of('a', 'b')).not.toBe(of('b', 'a'));
  });

  it('leaves the document as it was', () => {
    const given = { message: { ...message(), stream: true } };
    requestDigest(given);
    expect(given.message.stream).toBe(true);
  });
});
