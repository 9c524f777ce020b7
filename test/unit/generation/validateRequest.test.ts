import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/generation/request.ts';
import type { RequestProblem } from '../../../src/generation/requestProblem.ts';
import { isGenerationInput } from '../../../src/generation/shape.ts';
import { validateRequest } from '../../../src/generation/validateRequest.ts';
import { HAIKU, SONNET, message } from './builders.ts';

const document = (fields: object = {}, ofMessage: object = {}): object => ({
  message: { ...message(), ...ofMessage },
  ...fields,
});
const user = (content: unknown): object => ({ messages: [{ role: 'user', content }] });
const ENDS_IN_ASSISTANT = { messages: [...message().messages, { role: 'assistant', content: 'Once' }] };
const JSON_FORMAT = { output_config: { format: { type: 'json_schema' } } };

function problems(of: unknown): RequestProblem[] {
  const check = validateRequest(of);
  return check.ok ? [] : check.problems;
}

function accepted(of: unknown) {
  const check = validateRequest(of);
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  // Whatever is accepted here, the workflow takes.
  expect(isGenerationInput({ request: check.request, carried: null })).toBe(true);
  return check.request;
}

describe('a good request document', () => {
  it('gets every default', () => {
    expect(accepted(document())).toEqual({
      id: null,
      message: message(),
      fallbackModels: [],
      limits: DEFAULT_LIMITS,
      resume: 'auto',
      allowRestart: false,
      maxAttempts: 20,
      maxTotalTokens: null,
      continuationPrompt: null,
    });
  });

  it('keeps what it gives, single limits among it', () => {
    const given = {
      id: 'a.B_1:-',
      fallbackModels: [SONNET],
      resume: 'prefill',
      allowRestart: true,
      maxAttempts: 1,
      maxTotalTokens: 9,
    };
    expect(accepted(document({ ...given, limits: { totalMs: 1_000, connectMs: undefined } }))).toMatchObject({
      ...given,
      limits: { ...DEFAULT_LIMITS, totalMs: 1_000 },
    });
  });

  it('has stream dropped, and any other field of the Messages API passed through', () => {
    const fields = { stream: true, temperature: 0.5, metadata: { user_id: 'u' } };
    const { message: kept } = accepted(document({}, fields));
    expect(kept).toEqual({ ...message(), temperature: 0.5, metadata: { user_id: 'u' } });
  });

  it('with resume restart allows it', () => {
    expect(accepted(document({ resume: 'restart' })).allowRestart).toBe(true);
  });

  it.each([
    ['server tools', {}, { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['an assistant message last, on a model that accepts prefill', {}, ENDS_IN_ASSISTANT],
    ['a JSON output format that may begin again', { allowRestart: true }, JSON_FORMAT],
    ['thinking', {}, { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
    ['content blocks', {}, user([{ type: 'text', text: 'Write.' }])],
    ['the longest id', { id: 'x'.repeat(200) }, {}],
    [
      'the shortest limits',
      { limits: { connectMs: 10, firstTokenMs: 10, thinkingMs: 10, interTokenMs: 10, totalMs: 1_000 } },
      {},
    ],
    ['the longest limit', { limits: { totalMs: 2_147_483_647 } }, {}],
  ])('may have %s', (_what, fields, ofMessage) => {
    expect(problems(document(fields, ofMessage))).toEqual([]);
  });
});

describe('a bad request document is refused', () => {
  it.each([
    [null, 'the document', 'null', /JSON object/],
    ['text', 'the document', '"text"', /JSON object/],
    [[], 'the document', '[]', /JSON object/],
    [{}, 'message', 'nothing', /Messages API request/],
    [document({ colour: 'red' }), 'colour', '"red"', /remove it.*\bid, message, fallbackModels\b/],
    [document({ id: '.hidden' }), 'id', '".hidden"', /1 to 200.*not beginning with a dot/],
    [document({ id: '' }), 'id', '""', /1 to 200/],
    [document({ id: 'a b' }), 'id', '"a b"', /1 to 200/],
    [document({ id: 'x'.repeat(201) }), 'id', `"${'x'.repeat(76)}…`, /1 to 200/],
    [document({ id: 7 }), 'id', '7', /1 to 200/],
    [document({ fallbackModels: SONNET }), 'fallbackModels', `"${SONNET}"`, /array of model names/],
    [document({ fallbackModels: [SONNET, ''] }), 'fallbackModels[1]', '""', /name a model/],
    [document({ resume: 'again' }), 'resume', '"again"', /auto, prefill, continuation, restart/],
    [document({ allowRestart: 'yes' }), 'allowRestart', '"yes"', /true or false/],
    [document({ maxAttempts: 0 }), 'maxAttempts', '0', /1 or more/],
    [document({ maxAttempts: 0.5 }), 'maxAttempts', '0.5', /whole number/],
    [document({ maxTotalTokens: '9' }), 'maxTotalTokens', '"9"', /whole number/],
    [document({ limits: null }), 'limits', 'null', /object of limits/],
    [document({ limits: { total: 1 } }), 'limits.total', '1', /remove it.*connectMs.*totalMs/],
    [document({ limits: { interTokenMs: 9 } }), 'limits.interTokenMs', '9', /from 10 to 2147483647/],
    [document({ limits: { totalMs: 999 } }), 'limits.totalMs', '999', /from 1000 to 2147483647/],
    [
      document({ limits: { totalMs: 2_147_483_648 } }),
      'limits.totalMs',
      '2147483648',
      /from 1000 to 2147483647/,
    ],
    [document({ limits: { connectMs: '25s' } }), 'limits.connectMs', '"25s"', /milliseconds/],
    [document({}, { model: undefined }), 'message.model', 'nothing', /name a model/],
    [document({}, { max_tokens: undefined }), 'message.max_tokens', 'nothing', /1 or more/],
    [document({}, { max_tokens: 0 }), 'message.max_tokens', '0', /1 or more/],
    [document({}, { messages: undefined }), 'message.messages', 'nothing', /array of messages/],
    [document({}, { messages: [] }), 'message.messages', '[]', /at least one message/],
    [document({}, { messages: ['hi'] }), 'message.messages[0]', '"hi"', /"role", "content"/],
    [
      document({}, { messages: [{ role: 'system', content: 'x' }] }),
      'message.messages[0].role',
      '"system"',
      /"user" or "assistant"/,
    ],
    [document({}, user(3)), 'message.messages[0].content', '3', /content blocks/],
    [document({}, user([{ text: 'x' }])), 'message.messages[0].content', '[{"text":"x"}]', /have a type/],
    [document({}, user(' \n')), 'message.messages[0].content', '" \\n"', /a content/],
    [document({}, user([])), 'message.messages[0].content', '[]', /a content/],
    [document({}, { stop_sequences: 'x' }), 'message.stop_sequences', '"x"', /array of texts/],
    [document({}, { stop_sequences: [3] }), 'message.stop_sequences[0]', '3', /^give a text/],
    [
      document({}, { stop_sequences: ['###', ' '] }),
      'message.stop_sequences[1]',
      '" "',
      /not only white space/,
    ],
    [document({}, { thinking: 'on' }), 'message.thinking', '"on"', /^give an object/],
    [document({}, { thinking: {} }), 'message.thinking.type', 'nothing', /^give a text/],
    [
      document({}, { thinking: { type: 'enabled', budget_tokens: 'x' } }),
      'message.thinking.budget_tokens',
      '"x"',
      /^give a number/,
    ],
    [
      document({}, { thinking: { type: 'enabled', budget_tokens: 8_192 } }),
      'message.thinking.budget_tokens',
      '8192',
      /less than max_tokens \(8192\)/,
    ],
    [document({}, { tools: [{ name: 'mine' }] }), 'message.tools[0]', '{"name":"mine"}', /client tool/],
    [document({}, { tools: [{ type: 'custom' }] }), 'message.tools[0]', '{"type":"custom"}', /client tool/],
    [
      document({}, { tools: [{ type: 'bash_20250124' }] }),
      'message.tools[0]',
      '{"type":"bash_20250124"}',
      /client tool/,
    ],
    [document({}, { tools: [{ type: 'web_search_20250305' }, 1] }), 'message.tools[1]', '1', /client tool/],
    [document({}, JSON_FORMAT), 'message.output_config.format', '"a JSON output format"', /allowRestart/],
    [
      document({ resume: 'continuation' }, ENDS_IN_ASSISTANT),
      'message.messages',
      '"an assistant message last"',
      /end with a user message/,
    ],
    [
      document({}, { ...ENDS_IN_ASSISTANT, model: SONNET }),
      'message.messages',
      '"an assistant message last"',
      /claude-sonnet-5 does not accept prefill/,
    ],
    [
      document({ fallbackModels: [SONNET] }, ENDS_IN_ASSISTANT),
      'message.messages',
      '"an assistant message last"',
      /claude-sonnet-5 does not/,
    ],
    [
      document({ resume: 'prefill' }, { thinking: { type: 'adaptive' } }),
      'resume',
      '"prefill"',
      /extended thinking is on/,
    ],
    [
      document({}, { ...ENDS_IN_ASSISTANT, thinking: { type: 'adaptive' } }),
      'resume',
      '"auto"',
      /end with a user message/,
    ],
    [
      document({ resume: 'prefill', allowRestart: true }, JSON_FORMAT),
      'resume',
      '"prefill"',
      /JSON output format/,
    ],
  ])('%j', (bad, path, received, repair) => {
    expect(problems(bad)).toEqual([{ path, received, repair: expect.stringMatching(repair) as string }]);
  });

  it('where its messages begin with the assistant', () => {
    const messages = [{ role: 'assistant', content: 'Hm.' }, ...message().messages];
    expect(problems(document({}, { messages }))).toMatchObject([
      { path: 'message.messages[0].role', received: '"assistant"' },
    ]);
  });

  it('with every problem of its form at once', () => {
    const bad = document({ a: 1, b: 2, id: 7, limits: { totalMs: 0, x: 1 } }, { model: 3, max_tokens: 'x' });
    const paths = ['a', 'b', 'id', 'limits.totalMs', 'limits.x', 'message.max_tokens', 'message.model'];
    expect(
      problems(bad)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(paths);
  });

  it('with everything at once that no attempt could serve', () => {
    const bad = document(
      { resume: 'prefill' },
      {
        messages: [{ role: 'assistant', content: '' }],
        model: HAIKU,
        thinking: { type: 'enabled', budget_tokens: 9_000 },
        tools: [{}],
        stop_sequences: [''],
      },
    );
    expect(problems(bad).map(({ path }) => path)).toEqual([
      'message.messages[0].content',
      'message.messages[0].role',
      'resume',
      'message.tools[0]',
      'message.thinking.budget_tokens',
      'message.stop_sequences[0]',
    ]);
  });
});
