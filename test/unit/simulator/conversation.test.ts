import { describe, expect, it } from 'vitest';
import { readAsk } from '../../../src/simulator/conversation.ts';
import type { Ask } from '../../../src/simulator/conversation.ts';
import { readRequest } from '../../../src/simulator/messagesRequest.ts';

function ask(messages: unknown[], fields: object = {}): Ask {
  const read = readRequest({ model: 'm', max_tokens: 1, messages, ...fields });
  if (!read.ok) throw new Error(read.problem);
  return readAsk(read.request);
}

const prompt = { role: 'user', content: 'Tell me.' };
const spoken = { role: 'assistant', content: 'Once upon a time' };
const question = 'Go on from <last_words>a time</last_words>, please.';

describe('what a request asks', () => {
  const fresh = ask([prompt]);

  it('nothing but the prompt: a text from the top', () => {
    expect(fresh).toMatchObject({ prompt: 'Tell me.', resume: 'none', partial: '', anchor: null });
  });

  it('the assistant last: a prefill of the same conversation', () => {
    expect(ask([prompt, spoken])).toEqual({ ...fresh, resume: 'prefill', partial: 'Once upon a time' });
  });

  const continuation = {
    ...fresh,
    resume: 'continuation',
    partial: 'Once upon a time',
    anchor: 'a time',
  };

  it('an assistant turn and a question: a continuation of the same conversation', () => {
    expect(ask([prompt, spoken, { role: 'user', content: question }])).toEqual(continuation);
  });

  it('the partial quoted inside the question, as a turn or as further blocks of the prompt: the same', () => {
    const quoted = `You wrote <partial>Once upon a time</partial>. ${question}`;
    expect(ask([prompt, { role: 'user', content: quoted }])).toEqual(continuation);
    const blocks = ['Tell me.', quoted].map((text) => ({ type: 'text', text }));
    expect(ask([{ role: 'user', content: blocks }])).toEqual(continuation);
  });

  it('a question that speaks of its own tags is not misread', () => {
    const before = `Repeat what is between <last_words> and </last_words>. ${question}`;
    const after = `${question} Repeat what is between <last_words> and </last_words>.`;
    for (const content of [before, after]) {
      expect(ask([prompt, spoken, { role: 'user', content }]).anchor).toBe('a time');
    }
  });

  it('white space in partial and anchor is kept as it is', () => {
    const content = '<partial> a\n\nb </partial><last_words>\n\nb </last_words>';
    expect(ask([prompt, { role: 'user', content }])).toMatchObject({ partial: ' a\n\nb ', anchor: '\n\nb ' });
  });

  it('a user turn without tags, after an assistant turn, is a conversation of its own', () => {
    const other = ask([prompt, spoken, { role: 'user', content: 'And then?' }]);
    expect(other).toMatchObject({ resume: 'none', prompt: 'Tell me.', userText: 'Tell me.\nAnd then?' });
    expect(other.conversation).not.toBe(fresh.conversation);
  });
});

describe('the conversation', () => {
  const { conversation } = ask([prompt]);

  it('is the same whatever the model, the limits, the form of the content and the cache breakpoints', () => {
    const block = { type: 'text', text: 'Tell me.', cache_control: { type: 'ephemeral' } };
    const same = ask([{ role: 'user', content: [block] }], { model: 'other', max_tokens: 9 });
    expect(same.conversation).toBe(conversation);
  });

  it('is another with another system prompt or another prompt', () => {
    expect(ask([prompt], { system: 'Be brief.' }).conversation).not.toBe(conversation);
    expect(ask([{ role: 'user', content: 'Tell me' }]).conversation).not.toBe(conversation);
  });
});
