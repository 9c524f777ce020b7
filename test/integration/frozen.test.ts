import { expect, it } from 'vitest';
import { Stage, until } from './stage.ts';

const SLOW = { characters: 12_000, charactersPerDelta: 20, deltasPerSecond: 100 };

it.concurrent.each([
  ['stops reading', { characters: 44_000, charactersPerDelta: 40 }],
  ['finds its message whole in the socket', { characters: 12_000 }],
])('a frozen worker wakes after its attempt was given up, %s, and writes nothing', async (_, profile) => {
  // Divergent: what two requests say differs, so that a word of the woken one's would show.
  const stage = await Stage.set({ profile: { ...SLOW, ...profile, divergent: true } });
  try {
    const frozen = await stage.workerProcess();
    const { id, prompt, document } = stage.request();
    await stage.client.enqueue(document);
    await stage.untilKept(id, 2_000);
    frozen.child.kill('SIGSTOP');
    await stage.workerProcess();
    await until(() => (stage.simulator.log[1]?.sentCharacters ?? 0) > 1_000, 'another worker to go on');
    frozen.child.kill('SIGCONT');
    await until(() => stage.simulator.log[0]?.endedAt != null, 'the woken request to be gone');
    const result = await stage.client.result(id);

    expect(result).toMatchObject({ status: 'complete', verified: true });
    expect(result.text).toBe(stage.simulator.truth(prompt));
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['worker_lost', 'complete']);
    expect(stage.simulator.log).toHaveLength(2);
  } finally {
    await stage.clear();
  }
});
