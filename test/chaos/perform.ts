/** Makes the planned accidents happen, and notes each as it did. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestRecord } from '../../src/simulator/log.ts';
import type { Crew, Worker } from './crew.ts';
import type { AccidentFact } from './facts.ts';
import type { Accident } from './plan.ts';
import type { RestartableServer } from './server.ts';

const POLL_MS = 50;

export interface Scene {
  crew: Crew;
  server: RestartableServer;
  log: readonly RequestRecord[];
  /** Told of a failure of the harness itself, as of a server that does not come back. */
  fail: (error: unknown) => void;
}

export class Accidents {
  readonly facts: AccidentFact[] = [];
  readonly #scene: Scene;
  /** What is still to come of those that happened: a worker to be thawed, a server to be started again. */
  readonly #consequences = new Set<Promise<void>>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Until the plan ends or the signal comes. */
  async performAll(plan: Iterable<Accident>, signal: AbortSignal): Promise<void> {
    for (const accident of plan) {
      try {
        await sleep(accident.afterMs, undefined, { signal });
        // Where all workers are frozen or starting, for one that it can befall.
        while (accident.kind !== 'server_restarted' && this.#scene.crew.running.length === 0) {
          await sleep(POLL_MS, undefined, { signal });
        }
      } catch {
        return;
      }
      this.#perform(accident);
    }
  }

  /** Resolves when all that was broken is whole again. */
  async settled(): Promise<void> {
    while (this.#consequences.size > 0) await Promise.all(this.#consequences);
  }

  #perform(accident: Accident): void {
    const { server } = this.#scene;
    if (accident.kind === 'server_restarted') {
      if (server.isUp) this.#follow(this.#restartServer(this.#note(accident.kind, null), accident.outageMs));
      return;
    }
    const { running } = this.#scene.crew;
    const victim = running[accident.victim % running.length];
    if (victim === undefined) return;
    const fact = this.#note(accident.kind, victim.pid);
    switch (accident.kind) {
      case 'worker_killed':
        this.#scene.crew.kill(victim);
        this.#follow(this.#scene.crew.hire(accident.successorDrainMs));
        break;
      case 'worker_stopped':
        this.#follow(this.#scene.crew.dismiss(victim));
        this.#follow(this.#scene.crew.hire(accident.successorDrainMs));
        break;
      case 'worker_frozen':
        this.#follow(this.#freeze(fact, victim, accident.frozenMs));
        break;
      default:
        accident satisfies never;
    }
  }

  async #restartServer(fact: AccidentFact, outageMs: number): Promise<void> {
    await this.#scene.server.kill();
    await sleep(outageMs);
    await this.#scene.server.restart();
    fact.until = Date.now();
  }

  async #freeze(fact: AccidentFact, victim: Worker, frozenMs: number): Promise<void> {
    this.#scene.crew.freeze(victim);
    await sleep(frozenMs);
    this.#scene.crew.thaw(victim);
    fact.until = Date.now();
  }

  /** Directly before it happens: what has been sent by now, and no more, can have been received. */
  #note(kind: Accident['kind'], pid: number | null): AccidentFact {
    const underWay = this.#scene.log.filter(({ endedAt }) => endedAt === null);
    const sent = new Map(underWay.map(({ number, continuation }) => [number, continuation.length]));
    const fact: AccidentFact = { kind, at: Date.now(), until: null, pid, sent };
    this.facts.push(fact);
    return fact;
  }

  #follow(consequence: Promise<void>): void {
    const followed = consequence.catch(this.#scene.fail).finally(() => this.#consequences.delete(followed));
    this.#consequences.add(followed);
  }
}
