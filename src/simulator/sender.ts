/**
 * Sends a planned reply over a socket, at its pace.
 *
 * One timer a stream. The pace is kept against a schedule, not against the last write, so delays do not add up: a late
 * sender catches up in one write. Nothing is written past what the socket takes.
 */
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PING, formatFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { createPause } from './pause.ts';
import type { Settings } from './profile.ts';
import type { Step } from './steps.ts';

/** At full speed so many characters go out in one write; more would only wait in Node's buffer. */
const BATCH_CHARACTERS = 16_384;

export interface Sending {
  response: ServerResponse;
  steps: Iterable<Step>;
  settings: Pick<Settings, 'lineEnding' | 'pingEveryMs'>;
  /** Writes of so few bytes, so far apart, instead of whole events. */
  drip: { bytesPerWrite: number; everyMs: number } | null;
  /** Visible text has been written to the socket. */
  onText: (text: string, stray: boolean) => void;
  /** The fault strikes now. */
  onStrike: () => void;
}

/** Resolves when the reply has been sent to its end (`sent`) or the client has closed the connection (`client_gone`). */
export async function sendSteps(sending: Sending): Promise<'sent' | 'client_gone'> {
  const { response, settings, drip } = sending;
  const pause = createPause(response);
  const pingEveryMs = settings.pingEveryMs > 0 ? settings.pingEveryMs : Infinity;
  let dueAt = performance.now();
  let pingAt = dueAt + pingEveryMs;
  let waiting = '';
  let waitingTexts: { text: string; stray: boolean }[] = [];

  const flush = async (): Promise<void> => {
    if (waiting === '' || pause.isGone()) return;
    const bytes = waiting;
    const texts = waitingTexts;
    waiting = '';
    waitingTexts = [];
    if (drip === null) {
      const taken = response.write(bytes);
      for (const { text, stray } of texts) sending.onText(text, stray);
      if (!taken) await pause.untilDrained();
      return;
    }
    const buffer = Buffer.from(bytes);
    for (let start = 0; start < buffer.length && !pause.isGone(); start += drip.bytesPerWrite) {
      const end = start + drip.bytesPerWrite;
      const taken = response.write(buffer.subarray(start, end));
      // With its last byte, not after the wait: a client that leaves meanwhile may have read it.
      if (end >= buffer.length) for (const { text, stray } of texts) sending.onText(text, stray);
      if (!taken) await pause.untilDrained();
      await pause.until(performance.now() + drip.everyMs);
    }
  };

  const put = (frame: Frame): void => {
    waiting += formatFrame(frame, settings.lineEnding);
  };

  const waitUntilDue = async (): Promise<void> => {
    // Late: the next delta goes out with this one, and the pings that were missed are not made up for.
    if (dueAt <= performance.now()) return;
    await flush();
    while (pingAt < dueAt && !pause.isGone()) {
      await pause.until(pingAt);
      put(PING);
      await flush();
      pingAt = Math.max(pingAt + pingEveryMs, performance.now());
    }
    await pause.until(dueAt);
  };

  const hold = async (frames: readonly Frame[], everyMs: number): Promise<void> => {
    await flush();
    if (frames.length === 0) await pause.untilGone();
    let beatAt = performance.now();
    for (let beat = 0; !pause.isGone(); beat += 1) {
      beatAt += everyMs;
      await pause.until(beatAt);
      const frame = frames[beat % frames.length];
      if (frame !== undefined) put(frame);
      await flush();
    }
  };

  for (const step of sending.steps) {
    if (pause.isGone()) return 'client_gone';
    switch (step.kind) {
      case 'send':
        put(step.frame);
        if (step.text !== undefined) waitingTexts.push({ text: step.text, stray: step.stray ?? false });
        // A full batch is more than Node's buffer holds, so this waits for the socket and gives other streams a turn.
        if (drip !== null || waiting.length >= BATCH_CHARACTERS) await flush();
        break;
      case 'strike':
        sending.onStrike();
        break;
      case 'wait':
        dueAt += step.ms;
        await waitUntilDue();
        break;
      case 'hold':
        await hold(step.frames, step.everyMs);
        break;
      case 'end':
      case 'end_inside_body':
      case 'reset':
        await flush();
        if (pause.isGone()) return 'client_gone';
        await close(response, step.kind);
        return 'sent';
      default:
        return step satisfies never;
    }
  }
  return pause.isGone() ? 'client_gone' : 'sent';
}

async function close(response: ServerResponse, how: 'end' | 'end_inside_body' | 'reset'): Promise<void> {
  if (how === 'end') {
    response.end();
    return;
  }
  const { socket } = response;
  if (socket === null) return;
  // Node hands the last write to the kernel at the end of the turn; a reset before that throws it away.
  await nextTurn();
  if (how === 'reset') socket.resetAndDestroy();
  else socket.end();
}
