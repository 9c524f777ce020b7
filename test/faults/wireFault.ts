/** What a row of the table of wire faults is, from its cause to its outcome. */
import type { AttemptOutcome } from '../../src/generation/attempt.ts';
import type { Limits } from '../../src/generation/request.ts';
import type { SimulatorProfile } from '../../src/simulator/profile.ts';
import type { Address } from './addresses.ts';
import type { Scene } from './scene.ts';

/** All ways that lead from one cause to one outcome: a row of the table in ARCHITECTURE.md. */
export interface WireFault {
  cause: string;
  /** How the attempt ends that meets the fault; the first of its generation. */
  outcome: AttemptOutcome;
  next: WhatNext;
  kept: Kept;
  ways: readonly Way[];
}

export type WhatNext =
  /** Another attempt is made, and brings the rest of the text as soon as the wire is sound. */
  | 'goes on'
  | 'fails at once'
  /** The text is whole, and no other attempt is made. */
  | 'complete'
  /** The text is what can be had, and known not to be whole. */
  | 'incomplete'
  /** The total budget ends the generation. */
  | 'timed_out';

/** What of the faulty response's text is kept. `what came`: all of it before the fault. */
export type Kept = 'nothing' | 'what came' | 'what fits' | 'the whole text';

export interface Way {
  /** What tells it from the row's other ways; empty where there is but one. */
  name: string;
  /** Phase and silence of a stall, the kind of an error, the stop reason of a message. */
  detail: string;
  how: How;
  /** Of the generation; those left out are too long to matter. */
  limits?: Partial<Limits>;
  /** How long the next attempt is put off at least, because the server asked for it. */
  waitsMs?: number;
  /** So many attempts in a row meet the fault. Default: the first alone. */
  times?: number;
  /** What is being sent as the attempt ends may be lost: so many characters at most. */
  mayLoseCharacters?: number;
}

export type SimulatorFault = NonNullable<SimulatorProfile['faults']>[number];

type WithoutOccasion<Fault> = Fault extends unknown
  ? Omit<Fault, 'attempt' | 'every' | 'model' | 'promptIncludes'>
  : never;

export type How =
  /** By a fault of the simulator's own. */
  | { by: 'simulator'; fault: WithoutOccasion<SimulatorFault> }
  /** Byte by byte; the scene knows what a sound response would have been. */
  | { by: 'bytes'; play: (scene: Scene) => unknown }
  /** Where the worker asks, there is no sound endpoint. */
  | { by: 'address'; open: () => Promise<Address> };

export function simulated(fault: WithoutOccasion<SimulatorFault>): How {
  return { by: 'simulator', fault };
}

export function played(play: (scene: Scene) => unknown): How {
  return { by: 'bytes', play };
}

export function addressed(open: () => Promise<Address>): How {
  return { by: 'address', open };
}
