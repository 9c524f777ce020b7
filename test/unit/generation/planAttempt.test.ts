import { describe, expect, it } from 'vitest';
import { initialState } from '../../../src/generation/fold.ts';
import { ownAttempts, planAttempt, trailingCount } from '../../../src/generation/resume/planAttempt.ts';
import { ENDS, HAIKU, SONNET, record, request, stateAfter, times } from './builders.ts';

const lost = { end: ENDS.lost, adds: 600 };
const rejected = { end: ENDS.rejected };

describe('how the kept text is taken up', () => {
  it.each([
    ['nothing kept: from the beginning', request(), HAIKU, [], 'none'],
    [
      'nothing kept: from the beginning, whatever was asked for',
      request({ resume: 'continuation' }),
      HAIKU,
      [],
      'none',
    ],
    ['by prefill where the model accepts it', request(), HAIKU, [lost], 'prefill'],
    ['by continuation where it does not', request(), SONNET, [lost], 'continuation'],
    [
      'by continuation with thinking',
      request({}, { thinking: { type: 'adaptive' } }),
      HAIKU,
      [lost],
      'continuation',
    ],
    ['as asked for: prefill', request({ resume: 'prefill' }), SONNET, [lost], 'prefill'],
    ['as asked for: continuation', request({ resume: 'continuation' }), HAIKU, [lost], 'continuation'],
    ['as asked for: restart', request({ resume: 'restart', allowRestart: true }), HAIKU, [lost], 'restart'],
    [
      'JSON begins anew',
      request({ allowRestart: true }, { output_config: { format: { type: 'json_schema' } } }),
      SONNET,
      [lost],
      'restart',
    ],
    [
      'a restart after four rejections, where allowed',
      request({ allowRestart: true }),
      SONNET,
      [lost, ...times(4, rejected)],
      'restart',
    ],
    [
      'no restart after three',
      request({ allowRestart: true }),
      SONNET,
      [lost, ...times(3, rejected)],
      'continuation',
    ],
    ['no restart where it is not allowed', request(), SONNET, [lost, ...times(4, rejected)], 'continuation'],
  ] as const)('%s', (_why, asked, model, attempts, resume) => {
    expect(planAttempt(asked, stateAfter(...attempts), model).resume).toBe(resume);
  });

  it('stays with continuation on a model that refused prefill, on that model alone', () => {
    const state = stateAfter({ ...lost, plan: { resume: 'continuation', model: HAIKU } });
    expect(planAttempt(request(), state, HAIKU).resume).toBe('continuation');
    expect(planAttempt(request(), state, 'claude-opus-4-5').resume).toBe('prefill');
  });

  it('begins anew where only white space is kept', () => {
    const state = initialState({ text: ' \n', attempts: [], simulated: false });
    expect(planAttempt(request(), state, HAIKU).resume).toBe('none');
  });
});

describe('how the question changes with rejected seams', () => {
  it.each([
    [0, 'assistant_turn', 40, false],
    [1, 'assistant_turn', 120, true],
    [2, 'quoted', 120, true],
    [3, 'quoted', 240, true],
    [9, 'quoted', 240, true],
  ])(
    'after %i in a row: %s, an anchor of %i, joined unverified: %s',
    (rejections, form, shortestAnchor, joinUnverified) => {
      const state = stateAfter(lost, ...times(rejections, rejected));
      expect(planAttempt(request(), state, SONNET).rung).toEqual({ form, shortestAnchor, joinUnverified });
    },
  );

  it('and goes on from there when a stream broke off between two of them', () => {
    const state = stateAfter(lost, rejected, { end: ENDS.lost }, rejected);
    expect(planAttempt(request(), state, SONNET).rung.form).toBe('quoted');
  });

  it('and not with those before another end, or of an earlier run', () => {
    const asBefore = { rung: { form: 'assistant_turn', joinUnverified: false } };
    expect(planAttempt(request(), stateAfter(rejected, rejected, lost), SONNET)).toMatchObject(asBefore);
    const attempts = [record({ outcome: 'seam_rejected' }), record({ number: 2, outcome: 'seam_rejected' })];
    const retried = initialState({ text: 'kept', attempts, simulated: false });
    expect(planAttempt(request(), retried, SONNET)).toMatchObject(asBefore);
  });
});

describe('a turn that was paused', () => {
  const content = [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }];
  const paused = {
    end: { outcome: 'complete', stopReason: 'pause_turn', pausedTurn: content },
    adds: 300,
  } as const;

  it('is sent back as it came to the model that paused it', () => {
    expect(planAttempt(request(), stateAfter({ ...paused, plan: { model: SONNET } }), SONNET)).toMatchObject({
      pausedTurn: true,
      resume: 'prefill',
    });
  });

  it.each([
    ['to another model', [], HAIKU],
    ['to another model, which failed before', [{ end: ENDS.overloaded, plan: { model: HAIKU } }], HAIKU],
    ['once more text has come behind it', [lost], SONNET],
    ['once it got no answer', [{ ...rejected, plan: { model: SONNET } }], SONNET],
  ])('is not sent back %s', (_when, after, model) => {
    const state = stateAfter({ ...paused, plan: { model: SONNET } }, ...after);
    expect(planAttempt(request(), state, model).pausedTurn).toBe(false);
  });

  it('that went on and paused again is one turn', () => {
    const again = { ...paused, plan: { model: SONNET, resume: 'prefill', pausedTurn: true } } as const;
    expect(stateAfter({ ...paused, plan: { model: SONNET } }, again).pausedTurn).toEqual([
      ...content,
      ...content,
    ]);
  });
});

it('a prefill that got no answer is asked about', () => {
  expect(planAttempt(request(), stateAfter(lost, rejected), HAIKU).resume).toBe('continuation');
});

describe('the figures of a plan', () => {
  it('are the number, what is kept, and the tokens that are left', () => {
    expect(planAttempt(request(), stateAfter(lost), SONNET)).toMatchObject({
      number: 2,
      model: SONNET,
      keptCharacters: 600,
      left: { ofPart: 8_092, ofTotal: null },
    });
  });

  it('count the tokens of a part from where the last one ended at max_tokens', () => {
    const state = stateAfter({ end: ENDS.atMaxTokens, adds: 60_000 }, lost);
    expect(planAttempt(request({ maxTotalTokens: 100_000 }), state, SONNET).left.ofPart).toBe(8_092);
  });
});

describe("the ledger's end", () => {
  it.each([
    [[], 0],
    [[2, 2], 2],
    [[2, 1, 2], 1],
    [[2, 1], 0],
  ])('of %j has so many even numbers: %i', (numbers, count) => {
    const attempts = numbers.map((number) => record({ number }));
    expect(trailingCount(attempts, ({ number }) => number === 2)).toBe(count);
  });

  it('is read without the carried attempts', () => {
    const state = initialState({ text: '', attempts: [record()], simulated: false });
    expect(
      ownAttempts({ ...state, attempts: [record(), record({ number: 2 })] }).map(({ number }) => number),
    ).toEqual([2]);
  });
});
