import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { APIError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { classifyError, classifyErrorEvent } from '../../../src/claude/classifyError.ts';
import { startWire } from './wire.ts';
import { watch } from './watching.ts';

const NOW = Date.UTC(2026, 0, 1);

function answered(status: number, headers: Record<string, string> = {}, error?: object) {
  const body = error === undefined ? undefined : { type: 'error', error };
  return classifyError(APIError.generate(status, body, 'a page of a proxy', new Headers(headers)), NOW);
}

describe('a status', () => {
  it.each([
    [400, true, 'invalid_request_error'],
    [401, true, 'authentication_error'],
    [402, true, 'billing_error'],
    [403, true, 'permission_error'],
    [404, true, 'not_found_error'],
    [405, true, 'http_error'],
    [408, false, 'timeout_error'],
    [409, false, 'conflict_error'],
    [413, true, 'request_too_large'],
    [422, true, 'invalid_request_error'],
    [429, false, 'rate_limit_error'],
    [500, false, 'api_error'],
    [502, false, 'api_error'],
    [503, false, 'api_error'],
    [504, false, 'timeout_error'],
    [529, false, 'overloaded_error'],
  ])('%i → permanent: %s, called %s; x-should-retry overrides it', (status, permanent, kind) => {
    expect(answered(status)).toMatchObject({ kind: 'api_error', permanent, error: { kind, status } });
    expect(answered(status, { 'x-should-retry': 'true' })).toMatchObject({ permanent: false });
    expect(answered(status, { 'x-should-retry': 'false' })).toMatchObject({ permanent: true });
    expect(answered(status, { 'x-should-retry': 'perhaps' })).toMatchObject({ permanent });
    expect(answered(status).error.message).not.toContain('proxy');
  });

  it.each([
    'contract_spend_limit_reached',
    'enforced_spend_limit_reached',
    'linked_organization_spend_limit_reached',
  ])('429 for a spent budget (%s) → permanent, as type and as error code', (code) => {
    const asCode = { type: 'rate_limit_error', message: 'Spent', details: { error_code: code } };
    expect(answered(429, {}, { type: code, message: 'Spent' })).toMatchObject({
      permanent: true,
      error: { kind: code },
    });
    expect(answered(429, {}, asCode)).toMatchObject({
      permanent: true,
      error: { kind: code, type: 'rate_limit_error' },
    });
  });

  it("keeps what the API said: its type, its message in one line and not too long, the request's id", () => {
    const message = `This model does not support\nassistant message prefill. ${'x'.repeat(500)}`;
    const { error } = answered(400, { 'request-id': 'req_1' }, { type: 'invalid_request_error', message });
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', requestId: 'req_1' });
    expect(error.message).toMatch(/^the API answered 400 invalid_request_error: This model .* prefill\. x+$/);
    expect(error.message.length).toBeLessThan(400);
  });

  it('takes nothing for a type that does not look like one', () => {
    const { error } = answered(500, {}, { type: 'Some text of a user', message: 7 });
    expect(error).toEqual({ kind: 'api_error', message: 'the API answered 500 api_error', status: 500 });
  });
});

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '7', 'retry-after-ms': '1234' }, 1234],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '86400' }, 86_400_000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%o → %s ms', (headers, ms) => {
    expect(answered(429, headers).error.retryAfterMs).toBe(ms);
  });
});

describe('an error event', () => {
  it.each([
    ['overloaded_error', false],
    ['api_error', false],
    ['rate_limit_error', false],
    ['timeout_error', false],
    ['a_later_invention', false],
    ['invalid_request_error', true],
    ['authentication_error', true],
    ['permission_error', true],
    ['not_found_error', true],
    ['request_too_large', true],
    ['billing_error', true],
    ['enforced_spend_limit_reached', true],
  ])('%s → permanent: %s', (type, permanent) => {
    const event = { type, message: null, requestId: 'req_1' };
    expect(classifyErrorEvent(event, null)).toMatchObject({
      kind: 'api_error',
      permanent,
      error: { kind: type, type, requestId: 'req_1' },
    });
  });

  it('without a type → worth another attempt', () => {
    const event = { type: null, message: null, requestId: null };
    expect(classifyErrorEvent(event, null)).toMatchObject({ permanent: false, error: { kind: 'api_error' } });
  });
});

describe('a connection that failed', () => {
  it('refused → named with its address and what to look at', async () => {
    const { port, free } = await freePort();
    await free();
    const end = await watch(`http://127.0.0.1:${port}`).ended;
    expect(end).toMatchObject({ kind: 'connection_lost', error: { kind: 'connection_refused' } });
    expect(JSON.stringify(end)).toContain(`127.0.0.1:${port}`);
    expect(JSON.stringify(end)).toContain('ANTHROPIC_BASE_URL');
  });

  it('a host that does not exist → named', async () => {
    const end = await watch('http://nowhere.invalid').ended;
    expect(end).toMatchObject({ kind: 'connection_lost', error: { kind: 'host_not_found' } });
    expect(JSON.stringify(end)).toContain('nowhere.invalid');
  });

  it.each([
    ['reset', 'connection_reset'],
    ['fin', 'ended_early'],
  ] as const)('before the headers (%s) → %s', async (close, kind) => {
    const wire = await startWire((exchange) => exchange[close]());
    expect(await watch(wire.baseUrl).ended).toMatchObject({ kind: 'connection_lost', error: { kind } });
    await wire.stop();
  });

  it.each([
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ETIMEDOUT', 'connection_timed_out'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connection_timed_out'],
    ['EAI_AGAIN', 'host_not_found'],
    ['ENETUNREACH', 'host_unreachable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_error'],
    ['CERT_HAS_EXPIRED', 'tls_error'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_error'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_error'],
    ['UND_ERR_HEADERS_OVERFLOW', 'malformed_response'],
    ['ESOMETHINGELSE', 'unexpected_error'],
  ])('%s below its wrappers → %s', (code, kind) => {
    const cause = Object.assign(new Error('secret'), { code });
    const tries = new AggregateError([cause, new Error('the other address')]);
    const error = new TypeError('fetch failed', { cause: new Error('wrapped', { cause: tries }) });
    const classified = classifyError(error);
    expect(classified).toMatchObject({ kind: 'connection_lost', permanent: false, error: { kind } });
    expect(classified.error.message).not.toContain('secret');
  });

  it.each([new Error('secret'), 'secret', undefined, { message: 'secret' }])(
    'whatever else was thrown → unexpected_error, not quoted',
    (thrown) => {
      const classified = classifyError(thrown);
      expect(classified).toMatchObject({ kind: 'connection_lost', error: { kind: 'unexpected_error' } });
      expect(JSON.stringify(classified)).not.toContain('secret');
    },
  );
});

async function freePort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, free: () => new Promise((resolve) => server.close(() => resolve())) };
}
