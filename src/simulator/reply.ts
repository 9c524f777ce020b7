/** The plan of one streamed reply, step by step, with the fault that befalls it. Pure. */
import { cutAfter, cutBefore } from './characters.ts';
import type { Ending } from './ending.ts';
import { tokensOf } from './ending.ts';
import type { Fault } from './faults.ts';
import {
  MESSAGE_STOP,
  PING,
  blockStart,
  blockStop,
  messageDelta,
  messageStart,
  textDelta,
} from './frames.ts';
import type { MessageHead } from './frames.ts';
import { toolUseSteps, thinkingSteps, webSearchSteps } from './otherBlocks.ts';
import type { Thinking } from './otherBlocks.ts';
import type { Settings } from './profile.ts';
import { STRIKE, send } from './steps.ts';
import type { Step } from './steps.ts';
import { holdSteps, strike, terminates } from './strike.ts';

export interface ReplyPlan {
  head: MessageHead;
  requestId: string;
  ending: Ending;
  maxTokens: number;
  thinking: Thinking | null;
  /** The fault that strikes, or null. */
  fault: Fault | null;
  settings: Settings;
}

/** After how many characters a fault strikes; null where the text ends before that, or the fault is of another kind. */
export function strikesAt(fault: Fault | null, text: string): number | null {
  if (fault === null || !('afterCharacters' in fault) || fault.afterCharacters > text.length) return null;
  return cutAfter(text, fault.afterCharacters);
}

/** Whether a fault befalls a reply at all. */
export function strikes(fault: Fault, text: string): boolean {
  return !('afterCharacters' in fault) || strikesAt(fault, text) !== null;
}

export function* replySteps(plan: ReplyPlan): Generator<Step> {
  const { settings, fault, thinking } = plan;
  yield send(messageStart(plan.head));
  if (settings.pingEveryMs > 0) yield send(PING);
  if (fault?.kind === 'slow_drip') yield STRIKE;
  if (fault?.kind === 'no_first_token') {
    yield STRIKE;
    yield* holdSteps('pings', fault.everyMs, 0);
    return;
  }
  yield { kind: 'wait', ms: settings.firstTokenMs };

  let index = 0;
  if (fault?.kind === 'long_think') yield STRIKE;
  if (thinking !== null) yield* thinkingSteps(index++, thinking);
  if (settings.serverTool) {
    yield* webSearchSteps(index);
    index += 2;
  }
  const written = yield* textSteps(plan, index);
  if (written.over) return;
  index = written.nextIndex;
  if (plan.ending.stopReason === 'tool_use') yield* toolUseSteps(index++);
  yield* endSteps(plan, index);
}

/** The text blocks. `over`: the fault struck, and nothing comes after it. */
function* textSteps(
  plan: ReplyPlan,
  firstIndex: number,
): Generator<Step, { over: boolean; nextIndex: number }> {
  const { settings, fault } = plan;
  const { text } = plan.ending;
  let strikeAt = strikesAt(fault, text);
  let index = firstIndex;
  let position = 0;
  let lost = false;
  for (const end of blockEnds(text, settings.textBlocks, strikeAt !== null)) {
    yield send(blockStart(index, { type: 'text', text: '' }));
    for (;;) {
      if (fault !== null && position === strikeAt) {
        strikeAt = null;
        const next = deltaEnd(text, position, end, settings);
        yield STRIKE;
        yield* strike(fault, { index, lost: text.slice(position, next), plan });
        if (terminates(fault)) return { over: true, nextIndex: index };
        // What comes behind a gap continues nothing that a reader may keep.
        lost = true;
        position = next;
      }
      if (position >= end) break;
      const next = Math.min(deltaEnd(text, position, end, settings), strikeAt ?? end);
      const piece = text.slice(position, next);
      yield { kind: 'send', frame: textDelta(index, piece), text: piece, stray: lost };
      yield { kind: 'wait', ms: settings.deltasPerSecond === 0 ? 0 : 1_000 / settings.deltasPerSecond };
      position = next;
    }
    yield send(blockStop(index));
    index += 1;
  }
  return { over: false, nextIndex: index };
}

function deltaEnd(text: string, position: number, end: number, settings: Settings): number {
  const wished = Math.min(position + settings.charactersPerDelta, end);
  // At least one character is sent, or a delta of one would never get past a pair.
  return settings.splitSurrogatePairs ? wished : cutAfter(text, wished);
}

/** Where the text blocks end. A text without characters has no block, unless a fault needs one to strike in. */
function blockEnds(text: string, blocks: number, atLeastOne: boolean): number[] {
  const ends = Array.from({ length: blocks }, (_, index) =>
    cutBefore(text, Math.round((text.length * (index + 1)) / blocks)),
  );
  const proper = ends.filter((end, index) => end > (ends[index - 1] ?? 0));
  return proper.length === 0 && atLeastOne ? [0] : proper;
}

function* endSteps(plan: ReplyPlan, index: number): Generator<Step> {
  const { fault, ending } = plan;
  const characters = ending.text.length + (plan.thinking?.characters ?? 0);
  const outputTokens = Math.min(tokensOf(characters), plan.maxTokens);
  yield send(messageDelta(ending, { inputTokens: plan.head.inputTokens, outputTokens }));
  switch (fault?.kind) {
    case 'stop_reason_then_silence':
      yield STRIKE;
      yield* holdSteps(fault.silence, fault.everyMs, index);
      return;
    case 'stop_reason_then_eof':
      yield STRIKE;
      break;
    case 'late_deltas':
      yield send(MESSAGE_STOP);
      yield STRIKE;
      yield* lateDeltas(Math.max(0, index - 1));
      break;
    case 'hang_after_stop':
      yield send(MESSAGE_STOP);
      yield STRIKE;
      yield* holdSteps('nothing', 1, index);
      return;
    default:
      yield send(MESSAGE_STOP);
  }
  yield { kind: 'end' };
}

function* lateDeltas(index: number): Generator<Step> {
  for (const text of [' This came', ' after the end', ' of the message.']) {
    yield { kind: 'send', frame: textDelta(index, text), text, stray: true };
  }
}
