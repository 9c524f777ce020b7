import { describe, expect, it } from 'vitest';
import { ChunkSender } from '../../../src/activities/chunks.ts';
import type { HeartbeatDetails } from '../../../src/generation/attempt.ts';
import { progress } from '../generation/builders.ts';

interface Sent {
  details: HeartbeatDetails;
  taken: () => void;
  unanswered: () => void;
}

/** A text of so many characters, and whoever takes its chunks. */
class Scene {
  readonly sent: Sent[] = [];
  readonly chunks = new ChunkSender(
    (details) =>
      new Promise((resolve, reject) => {
        this.sent.push({ details, taken: resolve, unanswered: () => reject(new Error('no answer')) });
      }),
  );
  characters = 0;

  /** The text grows by so much, and is heartbeated. */
  beat(grows: number): void {
    this.characters += grows;
    this.chunks.afterBeat(this.details());
  }

  details(): HeartbeatDetails {
    const offset = this.chunks.safeCharacters ?? 0;
    const text = 'x'.repeat(this.characters - offset);
    return { checkpoint: { offset, text }, progress: progress() };
  }

  get lengths(): number[] {
    return this.sent.map(({ details }) => details.checkpoint.text.length);
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('chunks', () => {
  it('at a steady pace come with each seventh beat, and begin where the last one ended', async () => {
    const scene = new Scene();
    for (let beats = 0; beats < 21; beats += 1) {
      scene.beat(200);
      scene.sent.at(-1)?.taken();
      await settled();
    }
    expect(scene.lengths).toEqual([1_400, 1_400, 1_400]);
    expect(scene.sent.map(({ details }) => details.checkpoint.offset)).toEqual([0, 1_400, 2_800]);
    expect(scene.chunks.safeCharacters).toBe(4_200);
  });

  it('are not sent for little, however long it is heartbeated', () => {
    const scene = new Scene();
    for (let beats = 0; beats < 100; beats += 1) scene.beat(10);
    expect(scene.sent).toHaveLength(0);
    scene.beat(24);
    expect(scene.lengths).toEqual([1_024]);
  });

  it('go at once where a text comes so fast that heartbeats would grow large', () => {
    const scene = new Scene();
    scene.beat(131_072);
    expect(scene.lengths).toEqual([131_072]);
  });

  it('go one at a time, and what came meanwhile goes with the next', async () => {
    const scene = new Scene();
    scene.beat(131_072);
    scene.beat(131_072);
    expect(scene.sent).toHaveLength(1);
    scene.sent[0]?.taken();
    await settled();
    scene.beat(1);
    expect(scene.lengths).toEqual([131_072, 131_073]);
  });

  it('that get no answer are sent again from the same place', async () => {
    const scene = new Scene();
    scene.beat(131_072);
    scene.sent[0]?.unanswered();
    await settled();
    expect(scene.chunks.safeCharacters).toBeNull();
    scene.beat(100);
    expect(scene.lengths).toEqual([131_072, 131_172]);
    expect(scene.sent[1]?.details.checkpoint.offset).toBe(0);
  });

  it('that are asked for all there is send what came behind the one under way, too', async () => {
    const scene = new Scene();
    scene.beat(131_072);
    scene.beat(50);
    const flushed = scene.chunks.flush(() => scene.details(), 60_000);
    scene.sent[0]?.taken();
    await settled();
    expect(scene.lengths).toEqual([131_072, 50]);
    scene.sent[1]?.taken();
    await flushed;
    expect(scene.chunks.safeCharacters).toBe(131_122);
  });

  it('hold nobody up for longer than they may', async () => {
    const scene = new Scene();
    scene.beat(131_072);
    await scene.chunks.settled(10);
    scene.sent[0]?.taken();
    await scene.chunks.settled(60_000);
    expect(scene.chunks.safeCharacters).toBe(131_072);
  });
});
