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
 * still lie in the socket.
 *
 * The timer is not set anew for each move: when it fires too early for a deadline that has moved on, it sets itself
 * for the rest, as it does when it fires the millisecond or two early that timers are allowed.
 *
 * @param isConnecting whether a connection is still being made: that takes several turns, so a process that stood
 * still meanwhile gets as long again as it was late, within bounds
 */
export function createDeadlineTimer(
  now: () => number,
  onReached: () => void,
  isConnecting: () => boolean = () => false,
): DeadlineTimer {
  let deadline = Infinity;
  /** The deadline the timer was set for; the present one may lie later. */
  let setFor = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  /** The deadline seems to have passed, and reading comes first. That look sets the timer anew where it was wrong. */
  let looking = false;
  let stopped = false;

  function setTimer(): void {
    clearTimeout(timer);
    const ms = Math.min(Math.max(Math.ceil(deadline - now()), 1), LONGEST_TIMER_MS);
    setFor = deadline;
    timer = setTimeout(fire, ms);
  }

  function fire(): void {
    const lateMs = now() - deadline;
    if (lateMs < 0) {
      setTimer();
      return;
    }
    looking = true;
    if (lateMs > STARVED_AFTER_MS && isConnecting())
      timer = setTimeout(readFirst, Math.min(lateMs, LONGEST_GRACE_MS));
    else readFirst();
  }

  /** Immediates run after the loop has polled its sockets, which is after the timers. */
  function readFirst(): void {
    immediate = setImmediate(reach);
  }

  function reach(): void {
    looking = false;
    setFor = Infinity;
    if (now() < deadline) setTimer();
    else onReached();
  }

  return {
    moveTo(newDeadline) {
      deadline = newDeadline;
      // Only the first time, and when a stricter limit begins, would the timer fire too late.
      if (!stopped && !looking && deadline < setFor) setTimer();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
