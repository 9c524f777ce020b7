import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { simulate, stopSimulators, talk, types, user } from './talk.ts';

afterEach(stopSimulators);

describe('the pace', () => {
  it('is kept against a schedule: never faster', async () => {
    const simulator = await simulate({ characters: 12_000, charactersPerDelta: 12, deltasPerSecond: 2_000 });
    const startedAt = performance.now();
    const reply = await talk(simulator, [user('Hi')]);
    const tookMs = performance.now() - startedAt;
    const fairMs = (reply.text.length / 12) * 0.5;
    expect(tookMs).toBeGreaterThan(fairMs * 0.95);
  });

  it('goes on with pings while nothing else comes', async () => {
    const simulator = await simulate({ firstTokenMs: 150, pingEveryMs: 20 });
    const reply = await talk(simulator, [user('Hi')]);
    const first = types(reply).indexOf('content_block_start');
    expect(
      types(reply)
        .slice(1, first)
        .filter((type) => type === 'ping').length,
    ).toBeGreaterThanOrEqual(4);
  });

  it("at full speed is the reader's: what it does not read is not written", async () => {
    const simulator = await simulate({ characters: 5_000_000, charactersPerDelta: 500 });
    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'key' },
      body: JSON.stringify({ model: 'm', max_tokens: 9_000_000, stream: true, messages: [user('Hi')] }),
    });
    await expect.poll(() => simulator.log[0]?.sentCharacters).toBeGreaterThan(10_000);
    // It stands still: three looks in a row see the same.
    const looks: number[] = [];
    await expect
      .poll(
        () =>
          looks.push(simulator.log[0]?.sentCharacters ?? 0) &&
          new Set(looks.slice(-3)).size === 1 &&
          looks.length > 3,
      )
      .toBe(true);
    expect(looks.at(-1)).toBeLessThan(5_000_000);
    await response.body?.cancel();
    await expect.poll(() => simulator.log[0]?.ended).toBe('client_gone');
  });

  it('at full speed lets others have their turn after each batch', async () => {
    const simulator = await simulate({ characters: 1_000_000, charactersPerDelta: 500 });
    const looks = [0];
    const reading = talk(simulator, [user('Hi')], { max_tokens: 1_000_000 });
    while (simulator.log[0]?.ended == null) {
      looks.push(simulator.log[0]?.sentCharacters ?? 0);
      await nextTurn();
    }
    const leaps = looks.map((sent, index) => sent - (looks[index - 1] ?? 0));
    expect(Math.max(...leaps)).toBeLessThan(50_000);
    expect((await reading).text).toBe(simulator.truth('Hi'));
  });

  it('holds for 300 streams at once, each with its own text', async () => {
    const simulator = await simulate({ characters: 600, deltasPerSecond: 100 });
    const prompts = Array.from({ length: 300 }, (_, index) => `Prompt ${index}`);
    const replies = await Promise.all(prompts.map((prompt) => talk(simulator, [user(prompt)])));
    for (const [index, reply] of replies.entries()) {
      expect(reply.text).toBe(simulator.truth(prompts[index] ?? ''));
    }
    expect(new Set(replies.map(({ text }) => text)).size).toBe(300);
    expect(simulator.log.every(({ ended }) => ended === 'whole')).toBe(true);
  });
});
