/** The text of one attempt while it comes in: what of it may become safe, and what was received for nothing. */
import type { Seam } from '../generation/attempt.ts';
import type { Checkpoint } from '../generation/checkpoint.ts';
import { encodedBytes } from '../generation/encodedBytes.ts';
import type { JoinState } from '../generation/seam/joiner.ts';
import { joinDelta, joinEnd, joinNow, seamOf } from '../generation/seam/joiner.ts';
import { mayBeTheEnd } from '../generation/textEnd.ts';
import { isWhole } from '../generation/stopReason.ts';
import type { PreparedAttempt } from './prepareAttempt.ts';

export interface AttemptTextStart {
  /** All that is kept, uncut. */
  keptText: string;
  /** The new text begins here. */
  base: number;
  /** White space after `base` that was received and is restored by the join. */
  restoredCharacters: number;
  join: JoinState;
  /** Where the kept text that the workflow does not know yet begins: set when a paused attempt goes on. */
  unreportedFrom: number | null;
}

/** How a message ended by itself. */
export interface MessageEnding {
  stopReason: string;
  stopSequence: string | null;
}

/** In characters, of up to six bytes each: little enough beside Temporal's 2 MiB. */
const MEASURING_STRIDE = 8_192;
/** Of a text in JSON, in bytes; a text that is measured in pieces has them once. */
const QUOTES = 2;

export class AttemptText {
  readonly #start: AttemptTextStart;
  #join: JoinState;
  #joined = '';
  #receivedCharacters = 0;
  #whole = false;
  #textEndsAt: number | null = null;
  /** Since when text is known to be held back, in milliseconds of the caller's clock. */
  #heldSince: number | null = null;
  /** Of what was measured, and what was not yet. */
  #encodedBytes: number;
  #unmeasured = '';

  constructor(start: AttemptTextStart) {
    this.#start = start;
    this.#join = start.join;
    this.#encodedBytes = encodedBytes(start.keptText.slice(0, start.base)) - QUOTES;
  }

  /** The text of an attempt that was prepared so. */
  static behind(
    { cut, join }: Pick<PreparedAttempt, 'cut' | 'join'>,
    keptText: string,
    unreportedFrom: number | null = null,
  ): AttemptText {
    const restoredCharacters = cut.whiteSpace.length;
    return new AttemptText({ keptText, base: cut.base, restoredCharacters, join, unreportedFrom });
  }

  /**
   * Takes one delta in. `stop`: what follows is not worth paying for, because the reply is no continuation, or because
   * a stop sequence that straddles the seam has ended the text.
   */
  receive(delta: string): 'go_on' | 'stop' {
    this.#receivedCharacters += delta.length;
    this.#take(joinDelta(this.#join, delta));
    return this.#join.kind === 'rejected' || this.#join.kind === 'stopped' ? 'stop' : 'go_on';
  }

  /** The same, but no more than fits into so many bytes: a single delta may be larger than all that can be kept. */
  receiveWithin(mostBytes: number, delta: string): 'go_on' | 'stop' {
    let from = 0;
    do {
      const to = strideEnd(delta, from);
      if (this.receive(delta.slice(from, to)) === 'stop' || this.exceeds(mostBytes)) return 'stop';
      from = to;
    } while (from < delta.length);
    return 'go_on';
  }

  /** What has been held back for so long is decided by what there is. Called now and then, not for each delta. */
  settleHeld(now: number, longestMs: number): void {
    if (this.#join.kind !== 'open' || this.#join.held === '') return;
    this.#heldSince ??= now;
    if (now - this.#heldSince >= longestMs) this.#take(joinNow(this.#join, 'overdue'));
  }

  /** The message ended by itself: what was held back is decided now. */
  end({ stopReason, stopSequence }: MessageEnding): void {
    if (isWhole(stopReason)) {
      this.#take(joinEnd(this.#join));
      this.#judgeWhole(stopReason, stopSequence);
    } else if (stopReason !== 'refusal') {
      // Cut short inside the echo it adds nothing, and is no wrong answer either. A refusal is never text.
      this.#take(joinNow(this.#join, 'cut_short'));
    }
  }

  /** The stream broke off: of what was held back, what is proven to be text is kept. */
  breakOff(): void {
    const joined = joinNow(this.#join, 'overdue');
    if (joined.state.kind !== 'rejected') this.#take(joined);
  }

  /** Only a whole message may leave the text shorter than it was. */
  #judgeWhole(stopReason: string, stopSequence: string | null): void {
    const { keptText, base, restoredCharacters } = this.#start;
    if (this.#join.kind === 'rejected' || this.#join.kind === 'stopped') return;
    if (this.#joined === '') {
      const whiteSpaceEnd = base + restoredCharacters;
      // What the cut had taken away was the beginning of the stop sequence that ended the text.
      const stopsAt = stopSequence === null ? null : this.#halfOf(stopSequence, whiteSpaceEnd);
      if (stopsAt !== null) this.#textEndsAt = stopsAt;
      else if (keptText.length > whiteSpaceEnd) {
        // More than the cut text had come already, so the text does not end there: `…sat on the ma` is no end.
        return this.#reject('the message ended before what had come already');
      } else if (this.#isUnanswered() && stopReason !== 'stop_sequence' && !mayBeTheEnd(keptText)) {
        return this.#reject('the message ended without any text, where the text does not look whole');
      }
    }
    this.#whole = true;
  }

  /** Behind a prefill no echo says that nothing is missing. */
  #isUnanswered(): boolean {
    return seamOf(this.#join)?.kind === 'exact';
  }

  #reject(reason: string): void {
    this.#join = { kind: 'rejected', reason };
  }

  /** From where on what was received behind the cut is the beginning of a stop sequence; null where it is none. */
  #halfOf(stopSequence: string, whiteSpaceEnd: number): number | null {
    const { keptText, base } = this.#start;
    for (let at = base; at <= whiteSpaceEnd; at += 1) {
      const half = keptText.slice(at);
      if (half !== '' && stopSequence.startsWith(half)) return at;
    }
    return null;
  }

  /** Whether the text begins with this attempt, and takes the place of whatever was kept. */
  get beginsAnew(): boolean {
    return this.#start.base === 0 && this.takesEffect;
  }

  /** What was received and joined behind the cut. */
  get newText(): string {
    return this.#joined;
  }

  get rejection(): string | null {
    return this.#join.kind === 'rejected' ? this.#join.reason : null;
  }

  get seam(): Seam | null {
    return this.#whole || this.textEndsAt !== null || this.takesEffect ? seamOf(this.#join) : null;
  }

  /** Where the whole text ends, in characters, when that is before the end of what was kept; else null. */
  get textEndsAt(): number | null {
    return this.#join.kind === 'stopped' ? this.#start.base + this.#join.at : this.#textEndsAt;
  }

  /**
   * Whether the text is larger than so many bytes as JSON in UTF-8, the form in which Temporal stores it. Measured in
   * strides: a serialisation for each delta would cost more than all else that is done with it.
   */
  exceeds(mostBytes: number): boolean {
    if (this.#unmeasured.length >= MEASURING_STRIDE) {
      this.#encodedBytes += encodedBytes(this.#unmeasured) - QUOTES;
      this.#unmeasured = '';
    }
    return this.#encodedBytes > mostBytes;
  }

  /** @param safeCharacters where the text begins that is not yet safe; null while none of this attempt's is */
  checkpointFrom(safeCharacters: number | null): Checkpoint {
    const { offset, text } = this.checkpoint;
    if (safeCharacters === null || safeCharacters <= offset || !this.takesEffect) return { offset, text };
    return { offset: safeCharacters, text: text.slice(safeCharacters - offset) };
  }

  get checkpoint(): Checkpoint {
    const { keptText, base, unreportedFrom } = this.#start;
    if (!this.takesEffect) {
      return unreportedFrom === null
        ? { offset: keptText.length, text: '' }
        : { offset: unreportedFrom, text: keptText.slice(unreportedFrom) };
    }
    if (unreportedFrom === null || unreportedFrom >= base) return { offset: base, text: this.#joined };
    return { offset: unreportedFrom, text: keptText.slice(unreportedFrom, base) + this.#joined };
  }

  /** Received once and not kept, or kept once and taken away by the cut. */
  get regeneratedCharacters(): number {
    const { keptText, base, restoredCharacters } = this.#start;
    if (!this.takesEffect) return this.#receivedCharacters;
    const echo = Math.max(0, this.#receivedCharacters - this.#joined.length);
    return echo + Math.max(0, keptText.length - base - restoredCharacters);
  }

  /**
   * New text takes the place of what was cut once it is the longer one, or is known to be whole: so the kept text
   * never shrinks, whenever the attempt may die.
   */
  get takesEffect(): boolean {
    if (this.#joined === '') return false;
    return this.#whole || this.#start.base + this.#joined.length > this.#start.keptText.length;
  }

  #take({ state, append }: { state: JoinState; append: string }): void {
    this.#join = state;
    if (append === '') return;
    this.#joined += append;
    this.#unmeasured += append;
  }
}

/** The text may end there, so no surrogate pair is parted. */
function strideEnd(text: string, from: number): number {
  const end = from + MEASURING_STRIDE;
  const partsPair = text.charCodeAt(end - 1) >= 0xd800 && text.charCodeAt(end - 1) <= 0xdbff;
  return partsPair ? end + 1 : end;
}
