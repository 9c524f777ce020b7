/** One timer for a deadline that moves on with every delta. */

export interface DeadlineTimer {
  /** Sets the deadline, on the given clock. Cheap when it moves away, which it does with every content. */
  moveTo(deadline: number): void;
  stop(): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer this late says that the process stood still: busy, suspended, or out of memory. */
const STARVED_AFTER_MS = 100;
/** What a process that stood still gets to catch up with the network, at most. */
const LONGEST_GRACE_MS = 1000;

/**
 * Calls `onReached` once the deadline has passed and **whatever the socket held until then has been read**: timers
 * come before reading in a turn of the event loop, so after a pause the bytes that would have moved the deadline may
 * still lie in the socket. A process that stood still for long gets a little more, since a connection that was being
 * made needs several turns.
 *
 * The timer is not set anew for each move: when it fires too early for a deadline that has moved on, it sets itself
 * for the rest. (Setting and clearing one per delta costs more than reading the delta.)
 */
export function createDeadlineTimer(now: () => number, onReached: () => void): DeadlineTimer {
  let deadline = Infinity;
  let firesAt = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let stopped = false;

  function setTimer(): void {
    clearTimeout(timer);
    const ms = Math.min(Math.max(Math.ceil(deadline - now()), 1), LONGEST_TIMER_MS);
    firesAt = now() + ms;
    timer = setTimeout(fire, ms);
  }

  function fire(): void {
    firesAt = Infinity;
    const lateMs = now() - deadline;
    if (lateMs < 0) setTimer();
    else if (lateMs > STARVED_AFTER_MS) timer = setTimeout(readFirst, Math.min(lateMs, LONGEST_GRACE_MS));
    else readFirst();
  }

  /** Immediates run after the loop has polled its sockets; the second one leaves room for what reading set off. */
  function readFirst(): void {
    immediate = setImmediate(() => {
      immediate = setImmediate(reach);
    });
  }

  function reach(): void {
    // Timers may fire up to 2 ms early, and by now the deadline may have moved.
    if (now() < deadline) setTimer();
    else onReached();
  }

  return {
    moveTo(newDeadline) {
      deadline = newDeadline;
      // The first time, and when a stricter limit begins: the timer would fire too late.
      if (!stopped && (timer === undefined || deadline < firesAt)) setTimerUnlessReading();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };

  /** While a reached deadline is being looked at (`firesAt` is infinite), that look sets the timer itself. */
  function setTimerUnlessReading(): void {
    if (timer === undefined || firesAt !== Infinity) setTimer();
  }
}
