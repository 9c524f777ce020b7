/** What a fault does to a stream in the middle of its text, and how a stream is held open. Pure. */
import type { Fault, Noise } from './faults.ts';
import {
  COMMENT,
  MESSAGE_STOP,
  PING,
  UNKNOWN_EVENT,
  blockStart,
  blockStop,
  brokenDelta,
  errorEvent,
  messageDelta,
  messageStart,
  textDelta,
  unknownDelta,
} from './frames.ts';
import type { Frame, MessageHead } from './frames.ts';
import { send } from './steps.ts';
import type { Step } from './steps.ts';

export interface Struck {
  /** Of the text block that is open. */
  index: number;
  /** The delta that would have come next. */
  lost: string;
  plan: { head: MessageHead; requestId: string };
}

/** Whether nothing of the reply comes after the fault. */
export function terminates(fault: Fault): boolean {
  return fault.kind !== 'malformed_event';
}

export function* strike(fault: Fault, { index, lost, plan }: Struck): Generator<Step> {
  switch (fault.kind) {
    case 'stall':
      yield* holdSteps(fault.silence, fault.everyMs, index);
      return;
    case 'eof':
      yield { kind: fault.insideBody ? 'end_inside_body' : 'end' };
      return;
    case 'reset':
      yield { kind: 'reset' };
      return;
    case 'error_event':
      yield send(errorEvent({ type: fault.type, message: fault.message }, plan.requestId));
      yield { kind: 'end' };
      return;
    case 'malformed_event':
      yield send(brokenDelta(index, lost));
      return;
    case 'second_message_start':
      yield* secondMessage(plan.head);
      return;
    default:
      throw new TypeError(`The fault "${fault.kind}" does not strike inside a text.`);
  }
}

function* secondMessage(head: MessageHead): Generator<Step> {
  const text = ' Another message was spliced into this one, and ends as if nothing were wrong.';
  yield send(messageStart({ ...head, id: `${head.id}_second` }));
  yield send(blockStart(0, { type: 'text', text: '' }));
  yield { kind: 'send', frame: textDelta(0, text), text, stray: true };
  yield send(blockStop(0));
  const usage = { inputTokens: head.inputTokens, outputTokens: 20 };
  yield send(messageDelta({ stopReason: 'end_turn', stopSequence: null }, usage));
  yield send(MESSAGE_STOP);
  yield { kind: 'end' };
}

/** `index`: of the open text block, which empty deltas need. */
export function* holdSteps(noise: Noise, everyMs: number, index: number): Generator<Step> {
  yield { kind: 'hold', frames: noiseFrames(noise, index), everyMs };
}

function noiseFrames(noise: Noise, index: number): readonly Frame[] {
  switch (noise) {
    case 'pings':
      return [PING];
    case 'comments':
      return [COMMENT];
    case 'nothing':
      return [];
    case 'empty_deltas':
      return [textDelta(index, '')];
    case 'unknown_events':
      return [UNKNOWN_EVENT, unknownDelta(index)];
    default:
      return noise satisfies never;
  }
}
