/**
 * How far behind the machine is: late timers, slow answers of the server, heartbeats that are older than promised.
 *
 * A promise in milliseconds holds for a machine that keeps up. What one that does not loses on top is no fault of the
 * project's, and must not be found to be one; how far behind it was is in the report.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import type { ThroughlineClient } from '../../src/client/index.ts';
import type { Lag } from './facts.ts';
import { HEARTBEAT_MS } from './options.ts';
import type { RestartableServer } from './server.ts';
import { millisecondsOf } from './times.ts';

const BEAT_MS = 100;
const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface Watched {
  client: ThroughlineClient;
  /** Those that have not ended. */
  underWay: ReadonlySet<string>;
  server: Pick<RestartableServer, 'isUp' | 'outages'>;
  /** Whether this is a worker that nothing has befallen so far. */
  isWell: (pid: number) => boolean;
}

export class Pulse {
  readonly lags: Lag[] = [];
  /** Of heartbeats, in milliseconds, as they were found. */
  readonly ages: number[] = [];
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Until the signal comes. */
  async beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begunAt = performance.now();
      await sleep(BEAT_MS);
      const askedAt = performance.now();
      const { server } = this.#watched;
      const outages = server.outages;
      if (!server.isUp) continue;
      const age = await this.#heartbeatAge().catch(() => null);
      // What an outage delays is no lag.
      if (server.outages > outages) continue;
      if (age !== null) this.ages.push(age);
      const lateMs = askedAt - begunAt - BEAT_MS + (performance.now() - askedAt);
      this.lags.push({ at: Date.now(), ms: Math.round(lateMs + Math.max(0, (age ?? 0) - HEARTBEAT_MS)) });
    }
  }

  /** Of any attempt under way; null where it has none that a healthy worker is at. */
  async #heartbeatAge(): Promise<number | null> {
    const ids = [...this.#watched.underWay];
    const id = ids[Math.floor(Math.random() * ids.length)];
    if (id === undefined) return null;
    const { raw } = await this.#watched.client.temporal.workflow.getHandle(id).describe();
    const [activity] = raw.pendingActivities ?? [];
    if (activity?.state !== PENDING_ACTIVITY_STATE_STARTED) return null;
    if (!this.#watched.isWell(Number.parseInt(activity.lastWorkerIdentity ?? '', 10))) return null;
    return Date.now() - millisecondsOf(activity.lastHeartbeatTime ?? activity.lastStartedTime);
  }
}
