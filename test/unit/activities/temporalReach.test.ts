import type { Client } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TemporalReach } from '../../../src/activities/temporalReach.ts';

const PROBE_MS = 10;
const WORKER_LOST_MS = 400;

/** A server seen through a client that, like Core, goes on for long with a call that found nobody. */
class Server {
  isAway = false;
  asked = 0;

  readonly client = {
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflowService: {
      getSystemInfo: (): Promise<unknown> => {
        this.asked += 1;
        return this.isAway ? new Promise(() => undefined) : Promise.resolve({});
      },
    },
  } as unknown as Client;
}

function watched(): { server: Server; reach: TemporalReach; returns: number[] } {
  const server = new Server();
  const reach = new TemporalReach(PROBE_MS, WORKER_LOST_MS);
  const returns: number[] = [];
  onTestFinished(reach.join(server.client, () => returns.push(server.asked)));
  return { server, reach, returns };
}

async function untilInDoubt(reach: TemporalReach): Promise<void> {
  await expect.poll(() => reach.isInDoubt, { interval: PROBE_MS, timeout: 5_000 }).toBe(true);
}

describe('whether Temporal answers', () => {
  it('is not in doubt while it does', async () => {
    const { server, reach, returns } = watched();
    await expect.poll(() => server.asked, { timeout: 5_000 }).toBeGreaterThan(3);
    await reach.answered();
    expect(reach.isInDoubt).toBe(false);
    expect(returns).toEqual([]);
  });

  it('is in doubt after a silence of half the time after which a worker is taken for lost', async () => {
    const { server, reach } = watched();
    server.isAway = true;
    expect(reach.isInDoubt).toBe(false);
    await untilInDoubt(reach);
  });

  it('is known with the first probe after its return, whatever became of all those before', async () => {
    const { server, reach, returns } = watched();
    server.isAway = true;
    await untilInDoubt(reach);
    const askedWhileAway = server.asked;
    expect(askedWhileAway).toBeGreaterThan(10);
    server.isAway = false;
    await reach.answered();
    expect(reach.isInDoubt).toBe(false);
    expect(returns).toEqual([server.asked]);
  });

  it('is nobody’s business once the last attempt has left', async () => {
    const server = new Server();
    const reach = new TemporalReach(PROBE_MS, WORKER_LOST_MS);
    const leave = [reach.join(server.client, () => undefined), reach.join(server.client, () => undefined)];
    leave[0]?.();
    await reach.answered();
    leave[1]?.();
    const { asked } = server;
    await new Promise((resolve) => setTimeout(resolve, 5 * PROBE_MS));
    expect(server.asked).toBe(asked);
  });
});
