/** Seams through the real workflow: across max_tokens, with thinking, across models, for followers. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Stage } from './stage.ts';
import { bodiesOf, stageWithWorker } from './stage.ts';

let stage: Stage;
afterEach(() => stage.clear());

const HAIKU = 'claude-haiku-4-5';
const SONNET = 'claude-sonnet-5-5';
const RESET_AT_2000 = { attempt: 1, afterCharacters: 2_000, kind: 'reset' };

async function onStage(profile: object): Promise<void> {
  stage = await stageWithWorker(profile);
}
const bodies = () => bodiesOf(stage);

describe('across max_tokens', () => {
  it.each([HAIKU, SONNET])('60,000 characters in 12 parts are byte-identical on %s', async (model) => {
    await onStage({ characters: 60_000, charactersPerDelta: 400 });
    const { result, truth } = await stage.generate({
      model,
      maxTokens: 1_300,
      maxTotalTokens: 40_000,
      maxAttempts: 1,
    });
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(truth);
    expect(result.attempts.length).toBeGreaterThanOrEqual(12);
    expect(bodies().every(({ max_tokens: tokens }) => tokens <= 1_300)).toBe(true);
  });

  it('the tokens in all are never overshot, and what is left then is incomplete', async () => {
    await onStage({ characters: 20_000 });
    const { result, truth } = await stage.generate({ maxTokens: 1_000, maxTotalTokens: 2_500 });
    expect(result).toMatchObject({ status: 'incomplete', stopReason: 'max_tokens' });
    expect(result.usage.outputTokens).toBeLessThanOrEqual(2_500);
    expect(result.text.length).toBeGreaterThan(8_000);
    expect(truth.startsWith(result.text)).toBe(true);
  });

  it('a dead stream is reckoned by the token counter where a bound in all is set, and by characters elsewhere', async () => {
    await onStage({ characters: 6_000, faults: [RESET_AT_2000] });
    const bounded = await stage.generate({ maxTotalTokens: 8_000 });
    expect(bounded.result.attempts[0]?.usage).toMatchObject({
      estimated: true,
      estimatedFrom: 'token_counter',
    });
    const asked = stage.simulator.countTokensRequests;
    expect(asked).toBeGreaterThan(0);
    const unbounded = await stage.generate();
    expect(unbounded.result.attempts[0]?.usage).toMatchObject({
      estimated: true,
      estimatedFrom: 'characters',
    });
    expect(stage.simulator.countTokensRequests).toBe(asked);
  });

  it('a counter that hangs costs a second, not the generation', async () => {
    await onStage({ characters: 6_000, countTokens: 'hangs', faults: [RESET_AT_2000] });
    const { result, truth } = await stage.generate({ maxTotalTokens: 8_000 });
    expect(result.text).toBe(truth);
    expect(result.attempts[0]?.usage?.estimatedFrom).toBe('characters');
  });
});

describe('thinking models', () => {
  it.each([
    ['a manual budget', { type: 'enabled', budget_tokens: 2_000 }],
    ['adaptive thinking', { type: 'adaptive' }],
  ])('with %s go on by a continuation, with room to think, byte-identically', async (_what, thinking) => {
    await onStage({ characters: 6_000, thinking: { durationMs: 100, everyMs: 10 }, faults: [RESET_AT_2000] });
    const { id, prompt, document } = stage.request({ model: HAIKU, maxTokens: 4_000 });
    const { message, ...rest } = document as { message: object };
    await stage.client.enqueue({ ...rest, message: { ...message, thinking } });
    const result = await stage.client.result(id);
    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts[1]).toMatchObject({ resume: 'continuation', seam: { kind: 'anchor' } });
    expect(bodies()[1]?.max_tokens).toBeGreaterThanOrEqual(3_024);
  });
});

describe('models', () => {
  it('that are newer than 4.5 or unknown are never asked with an assistant message last', async () => {
    await onStage({ characters: 4_000, faults: [{ ...RESET_AT_2000, afterCharacters: 1_000 }] });
    const models = ['claude-opus-4-6', 'claude-sonnet-5-5', 'claude-fable-5-2', 'a-model-of-tomorrow'];
    const all = await Promise.all(models.map((model) => stage.generate({ model })));
    for (const { result, truth } of all) {
      expect(result.text).toBe(truth);
      expect(result.attempts).toHaveLength(2);
    }
    expect(bodies().map(({ messages }) => messages.at(-1)?.role)).not.toContain('assistant');
  });

  it('change in the middle, from prefill to continuation and back, without losing a character', async () => {
    const overloaded = (model: string) =>
      [2, 3, 4].map((attempt) => ({ attempt, model, kind: 'status', status: 529 }));
    await onStage({
      characters: 9_000,
      charactersPerDelta: 100,
      faults: [
        { attempt: 1, afterCharacters: 2_000, kind: 'reset' },
        ...overloaded(HAIKU),
        { attempt: 5, afterCharacters: 2_000, kind: 'reset' },
        ...[6, 7, 8].map((attempt) => ({ attempt, model: SONNET, kind: 'status', status: 529 })),
      ],
    });
    const { result, truth } = await stage.generate({
      model: HAIKU,
      fallbackModels: [SONNET, 'claude-opus-4-5'],
    });
    expect(result.text).toBe(truth);
    expect(
      result.attempts.map(({ resume, seam }) => `${resume}${seam === null ? '' : ` ${seam.kind}`}`),
    ).toEqual([
      'none',
      ...Array.from({ length: 3 }, () => 'prefill'),
      'continuation anchor',
      ...Array.from({ length: 3 }, () => 'continuation'),
      'prefill exact',
    ]);
  });
});

describe('an echo that does not come to its end', () => {
  it('because the stream stalls inside it adds nothing, and the next attempt is exact', async () => {
    await onStage({
      characters: 4_000,
      charactersPerDelta: 10,
      faults: [
        { attempt: 1, afterCharacters: 1_500, kind: 'reset' },
        { attempt: 2, afterCharacters: 20, kind: 'stall' },
      ],
    });
    // A text that is the same each time: where a pair of surrogates stands, the fault strikes behind it.
    const { result, truth } = await stage.generate({ prompt: 'Write about a stall inside an echo.' });
    expect(result.text).toBe(truth);
    const [first, second] = result.attempts;
    expect(second).toMatchObject({
      outcome: 'stalled',
      keptCharacters: first?.keptCharacters,
      regeneratedCharacters: 20,
    });
  });
});

describe("a request's own question", () => {
  it('is put to the model, and none of its words get into the text', async () => {
    await onStage({ characters: 4_000, faults: [RESET_AT_2000] });
    const continuationPrompt =
      'Weiter. Wiederhole zuerst genau <last_words>{anchor}</last_words>, dann fahre fort.';
    const { result, truth } = await stage.generate({ continuationPrompt });
    expect(result.text).toBe(truth);
    expect(bodies()[1]?.messages.at(-1)?.content).toMatch(/^Weiter\. Wiederhole zuerst genau <last_words>/);
  });
});

describe('a follower', () => {
  const BEHAVIOURS = [
    'echo',
    'preamble',
    'echo_quoted',
    'echo_fenced',
    'echo_longer',
    'echo_typo',
    'echo_partial',
    'direct',
  ];
  const USELESS = [
    'preamble_direct',
    'question_back',
    'restart',
    'apology',
    'empty',
    'echo_then_end',
    'summary',
  ];

  it.each(['prose', 'table', 'poetry'])(
    'of %s never sees a character that is taken away again, however the model answers',
    async (kind) => {
      await onStage({ characters: 1_500, deltasPerSecond: 200, charactersPerDelta: 10 });
      const follow = async (behaviour: string, index: number): Promise<void> => {
        const cut = 400 + 61 * index;
        const { id, document } = stage.request({
          prompt: `[text: ${kind}] [answers: ${behaviour}] [cut: ${cut}] ${behaviour}`,
        });
        await stage.client.enqueue(document);
        let shown = '';
        // `follow` itself throws where what it has shown is taken back.
        for await (const event of stage.client.follow(id, { pollMs: 60 }))
          if (event.kind === 'text') shown += event.text;
        expect(shown, behaviour).toBe((await stage.client.read(id)).text);
      };
      await Promise.all([...BEHAVIOURS, ...USELESS].map(follow));
    },
  );
});
