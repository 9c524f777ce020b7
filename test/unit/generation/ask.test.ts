import { describe, expect, it } from 'vitest';
import { askByPrefill, askToGoOn } from '../../../src/generation/resume/ask.ts';

const asked = [{ role: 'user' as const, content: 'Tell of a cat.' }];
const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

describe('asking to go on', () => {
  it('shows the cut text as the own turn, then asks for the last words and for no preamble', () => {
    const [first, own, question, ...none] = askToGoOn(
      asked,
      'The cat sat on the',
      'sat on the',
      'assistant_turn',
    );
    expect(first).toEqual(asked[0]);
    expect(own).toEqual({ role: 'assistant', content: 'The cat sat on the' });
    expect(question?.role).toBe('user');
    expect(question?.content).toContain('<last_words>sat on the</last_words>');
    expect(question?.content).toMatch(/no preamble/);
    expect(question?.content).toMatch(/If nothing is missing after them, repeat them and stop\.$/);
    expect(none).toEqual([]);
  });

  it('quotes the cut text in one turn of the user in the other form', () => {
    const [, question, ...none] = askToGoOn(asked, 'The cat sat on the', 'sat on the', 'quoted');
    expect(question?.role).toBe('user');
    expect(question?.content).toContain('<partial>The cat sat on the</partial>');
    expect(question?.content).toContain('<last_words>sat on the</last_words>');
    expect(question?.content).toMatch(/If nothing is missing after them, repeat them and stop\.$/);
    expect(none).toEqual([]);
  });
});

describe('asking by prefill', () => {
  it('ends with the cut text as the own turn, and nothing else', () => {
    expect(askByPrefill(asked, 'The cat')).toEqual([...asked, { role: 'assistant', content: 'The cat' }]);
  });

  it.each([
    ['a text', 'Once: ', 'Once: The cat'],
    [
      'a text block',
      [{ type: 'text', text: 'Once: ', cache_control: 1 }],
      [{ type: 'text', text: 'Once: The cat', cache_control: 1 }],
    ],
    ['a block of another kind', [{ type: 'image' }], [{ type: 'image' }, { type: 'text', text: 'The cat' }]],
  ])("goes behind the request's own prefill: %s", (_what, content, joined) => {
    const messages = [...asked, { role: 'assistant' as const, content }];
    expect(askByPrefill(messages, 'The cat')).toEqual([...asked, { role: 'assistant', content: joined }]);
    expect(textOf(messages.at(-1)?.content)).not.toContain('The cat');
  });
});
