import { describe, expect, it } from 'vitest';
import { prepareAttempt } from '../../../src/activities/prepareAttempt.ts';
import { rungAfter } from '../../../src/generation/resume/ladder.ts';
import { SONNET, message, plan, request } from '../generation/builders.ts';

const KEPT = 'The cat sat on the ma';
const asked = message().messages;

describe('preparing an attempt', () => {
  it('asks what the request asks, from the top, of the planned model', () => {
    const prepared = prepareAttempt(
      request({}, { temperature: 0.5 }),
      '',
      plan({ model: SONNET, left: { ofPart: 500, ofTotal: null } }),
      'none',
    );
    expect(prepared).toEqual({
      message: message({ temperature: 0.5, model: SONNET, max_tokens: 500 }),
      resume: 'none',
      cut: { base: 0, whiteSpace: '' },
      join: { kind: 'flowing', seam: null },
    });
  });

  it('begins a restart from the top, with the tokens of its plan', () => {
    const {
      message: sent,
      cut,
      resume,
    } = prepareAttempt(
      request(),
      KEPT,
      plan({ resume: 'restart', left: { ofPart: 5, ofTotal: null } }),
      'restart',
    );
    expect(sent).toMatchObject({ messages: asked, max_tokens: 5 });
    expect({ cut, resume }).toEqual({ cut: { base: 0, whiteSpace: '' }, resume: 'restart' });
  });

  it('prefills with the kept text, white space off and remembered', () => {
    const prepared = prepareAttempt(
      request(),
      `${KEPT}\n\n`,
      plan({ left: { ofPart: 500, ofTotal: null } }),
      'prefill',
    );
    expect(prepared.message).toMatchObject({
      messages: [...asked, { role: 'assistant', content: KEPT }],
      max_tokens: 500,
    });
    expect(prepared.cut).toEqual({ base: KEPT.length, whiteSpace: '\n\n' });
    expect(prepared.join).toMatchObject({
      kind: 'leading',
      seam: { kind: 'exact', verified: true },
      task: { whiteSpace: '\n\n' },
    });
  });

  it('asks to go on from the cut text, by its anchor, with room for the echo', () => {
    const prepared = prepareAttempt(
      request(),
      KEPT,
      plan({ left: { ofPart: 500, ofTotal: null }, rung: rungAfter(1) }),
      'continuation',
    );
    expect(prepared.cut).toEqual({ base: 18, whiteSpace: ' ' });
    expect(prepared.resume).toBe('continuation');
    const [, own, question] = prepared.message.messages;
    expect(own).toEqual({ role: 'assistant', content: 'The cat sat on the' });
    expect(prepared.join).toMatchObject({
      kind: 'open',
      task: { cutText: 'The cat sat on the', whiteSpace: ' ', joinUnverified: true },
    });
    const anchor = prepared.join.kind === 'open' ? prepared.join.task.anchor : null;
    expect(question?.content).toContain(`<last_words>${anchor}</last_words>`);
    expect(prepared.message.max_tokens).toBeGreaterThan(564);
  });

  it('shows the text in the planned form', () => {
    const { messages } = prepareAttempt(
      request(),
      KEPT,
      plan({ rung: rungAfter(2) }),
      'continuation',
    ).message;
    expect(messages).toHaveLength(2);
    expect(messages[1]?.content).toContain('<partial>The cat sat on the</partial>');
  });

  it('keeps stop sequences out of the anchor', () => {
    const prepared = prepareAttempt(request({}, { stop_sequences: ['sat'] }), KEPT, plan(), 'continuation');
    expect(prepared.join).not.toHaveProperty('task.anchor', expect.stringContaining('sat'));
  });

  it.each([
    ['prefill', ' \n'],
    ['continuation', 'Once'],
  ] as const)('begins from the top where a %s has nothing to show: %j', (resume, kept) => {
    expect(prepareAttempt(request(), kept, plan({ resume }), resume)).toMatchObject({
      message: { messages: asked },
      resume: 'none',
      cut: { base: 0 },
      join: { kind: 'flowing', seam: null },
    });
  });
});
