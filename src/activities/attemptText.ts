/** The text of one attempt while it comes in: what of it may become safe, and what was received for nothing. */
import type { Seam } from '../generation/attempt.ts';
import type { Checkpoint } from '../generation/checkpoint.ts';
import type { JoinState } from '../generation/seam/joiner.ts';
import { joinDelta, joinEnd, seamOf } from '../generation/seam/joiner.ts';

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

/** In characters, of up to six bytes each: little enough beside Temporal's 2 MiB. */
const MEASURING_STRIDE = 8_192;

export class AttemptText {
  readonly #start: AttemptTextStart;
  #join: JoinState;
  #joined = '';
  #receivedCharacters = 0;
  #whole = false;
  /** Of what was measured, and what was not yet. */
  #encodedBytes: number;
  #unmeasured = '';

  constructor(start: AttemptTextStart) {
    this.#start = start;
    this.#join = start.join;
    this.#encodedBytes = encodedBytes(start.keptText.slice(0, start.base));
  }

  /** Takes one delta in. `stop`: the reply is no continuation, what follows is not worth paying for. */
  receive(delta: string): 'go_on' | 'stop' {
    this.#receivedCharacters += delta.length;
    this.#take(joinDelta(this.#join, delta));
    return this.#join.kind === 'rejected' ? 'stop' : 'go_on';
  }

  /**
   * The message ended by itself: what was held back is decided now.
   * @param whole whether its stop reason says that the text is whole. A message that was refused or cut short inside
   *   the echo adds nothing, but is no wrong answer either; and only a whole one may be shorter than what it replaces.
   */
  end(whole: boolean): void {
    if (whole || this.#join.kind !== 'open' || this.#join.plain) this.#take(joinEnd(this.#join));
    const { keptText, base, restoredCharacters } = this.#start;
    if (
      whole &&
      this.#join.kind !== 'rejected' &&
      this.#joined === '' &&
      keptText.length > base + restoredCharacters
    ) {
      // More than the cut text had come already, so the text does not end there: `…sat on the ma` is no end.
      this.#join = { kind: 'rejected', reason: 'the message ended before what had come already' };
    }
    this.#whole = whole && this.#join.kind !== 'rejected';
  }

  get rejection(): string | null {
    return this.#join.kind === 'rejected' ? this.#join.reason : null;
  }

  get seam(): Seam | null {
    return this.#whole || this.#takesEffect() ? seamOf(this.#join) : null;
  }

  /**
   * Whether the text is larger than so many bytes as JSON in UTF-8, the form in which Temporal stores it. Measured in
   * strides: a serialisation for each delta would cost more than all else that is done with it.
   */
  exceeds(mostBytes: number): boolean {
    if (this.#unmeasured.length >= MEASURING_STRIDE) {
      this.#encodedBytes += encodedBytes(this.#unmeasured);
      this.#unmeasured = '';
    }
    return this.#encodedBytes > mostBytes;
  }

  get checkpoint(): Checkpoint {
    const { keptText, base, unreportedFrom } = this.#start;
    if (!this.#takesEffect()) {
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
    if (!this.#takesEffect()) return this.#receivedCharacters;
    const echo = Math.max(0, this.#receivedCharacters - this.#joined.length);
    return echo + Math.max(0, keptText.length - base - restoredCharacters);
  }

  /**
   * New text takes the place of what was cut once it is the longer one, or is known to be whole: so the kept text
   * never shrinks, whenever the attempt may die.
   */
  #takesEffect(): boolean {
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

function encodedBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
