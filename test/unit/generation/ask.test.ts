import { describe, expect, it } from 'vitest';
import { askByPrefill, askPausedTurn, askToGoOn } from '../../../src/generation/resume/ask.ts';
import { promptProblem } from '../../../src/generation/resume/question.ts';

const asked = [{ role: 'user' as const, content: 'Tell of a cat.' }];
const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

describe('asking to go on', () => {
  const shown = { cutText: 'The cat sat on the', anchor: 'sat on the', prompt: null };

  it('shows the cut text as the own turn, then asks for the last words and for no preamble', () => {
    const { messages } = askToGoOn(asked, { ...shown, form: 'assistant_turn' });
    const [first, own, question, ...none] = messages;
    expect(first).toEqual(asked[0]);
    expect(own).toEqual({ role: 'assistant', content: 'The cat sat on the' });
    expect(question?.role).toBe('user');
    expect(question?.content).toContain('<last_words>sat on the</last_words>');
    expect(question?.content).toMatch(/no preamble/);
    expect(question?.content).toMatch(/If nothing is missing after them, repeat them and stop\.$/);
    expect(none).toEqual([]);
  });

  it('quotes the cut text in one turn of the user in the other form', () => {
    const { messages, words } = askToGoOn(asked, { ...shown, form: 'quoted' });
    const [, question, ...none] = messages;
    expect(question?.role).toBe('user');
    expect(question?.content).toContain('<partial>The cat sat on the</partial>');
    expect(question?.content).toContain('<last_words>sat on the</last_words>');
    expect(question?.content).toMatch(/If nothing is missing after them, repeat them and stop\.$/);
    expect(none).toEqual([]);
    expect(words, 'the text itself is no part of the question').not.toContain('The cat');
  });

  it("uses the request's own words, with nothing in the text taken for a placeholder or a pattern", () => {
    const { messages } = askToGoOn(asked, {
      cutText: "costs $& and {anchor}, $'",
      anchor: "{anchor}, $'",
      form: 'assistant_turn',
      prompt: 'Text: «{partial}». Repeat «{anchor}».',
    });
    expect(messages).toHaveLength(2);
    expect(messages[1]?.content).toBe("Text: «costs $& and {anchor}, $'». Repeat «{anchor}, $'».");
  });

  it.each([
    ['Weiter ab {anchor}', null],
    ['{partial} … {anchor}, as { "json": 1 }', null],
    ['Go on.', /name \{anchor\} exactly once \(here: 0 times\)/],
    ['{anchor} {anchor}', /here: 2 times/],
    ['{anchro}', /no placeholder \{anchro\}: those are \{anchor\} .* and \{partial\}/],
    ['{anchor} {partial} {partial}', /\{partial\} at most once/],
  ])('in own words is checked: %j', (prompt, repair) => {
    if (repair === null) expect(promptProblem(prompt)).toBeNull();
    else expect(promptProblem(prompt)).toMatch(repair);
  });
});

describe('a paused turn', () => {
  it('is sent back as it came, as the last message', () => {
    const content = [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }];
    expect(askPausedTurn(asked, content)).toEqual([...asked, { role: 'assistant', content }]);
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
