import { afterEach, describe, expect, it } from 'vitest';
import { simulate, stopSimulators, talk, user } from './talk.ts';

afterEach(stopSimulators);

describe('a capacity', () => {
  it('refuses what comes beyond it with 429, the headers and a record; and serves again once there is room', async () => {
    const simulator = await simulate({
      characters: 300,
      deltasPerSecond: 100,
      capacity: { concurrent: 2, retryAfterS: 1, retryAfterMs: 250 },
    });
    const prompts = Array.from({ length: 5 }, (_, index) => `Prompt ${index}`);
    const replies = await Promise.all(prompts.map((prompt) => talk(simulator, [user(prompt)])));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(3);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.headers).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '250' });
    expect(JSON.parse(refused?.bytes.toString('utf8') ?? '')).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'The endpoint serves 2 responses at once.' },
    });
    const refusals = simulator.log.filter(({ status }) => status === 429);
    expect(refusals).toHaveLength(3);
    for (const record of refusals) {
      expect(record).toMatchObject({
        fault: null,
        ended: 'whole',
        sentCharacters: 0,
        plannedCharacters: null,
      });
    }
    expect((await talk(simulator, [user('Later')])).status).toBe(200);
  });

  it('may be answered with 529, and without a header', async () => {
    const simulator = await simulate({
      characters: 200,
      deltasPerSecond: 100,
      capacity: { concurrent: 1, status: 529 },
    });
    const replies = await Promise.all([talk(simulator, [user('One')]), talk(simulator, [user('Two')])]);
    const refused = replies.find(({ status }) => status === 529);
    expect(refused?.headers).not.toHaveProperty('retry-after');
    expect(refused?.headers).not.toHaveProperty('retry-after-ms');
    expect(JSON.parse(refused?.bytes.toString('utf8') ?? '')).toMatchObject({
      error: { type: 'overloaded_error' },
    });
  });

  it('is taken up by a response that hangs, until its client goes', async () => {
    const simulator = await simulate({
      capacity: { concurrent: 1 },
      faults: [{ kind: 'stall', attempt: 1, afterCharacters: 24, promptIncludes: 'hang' }],
    });
    const leaving = { now: false };
    const hanging = talk(simulator, [user('hang')], { leaveWhen: () => leaving.now });
    await expect.poll(() => simulator.log[0]?.fault).toBe('stall');
    expect((await talk(simulator, [user('Two')])).status).toBe(429);
    leaving.now = true;
    await hanging;
    await expect.poll(() => simulator.log[0]?.ended).toBe('fault');
    expect((await talk(simulator, [user('Three')])).status).toBe(200);
  });
});
