/**
 * The gates before the endpoint, one a model: who may send a request now, who waits, and who waits in vain.
 *
 * How many may is decided in `capacity.ts`; here its answers are carried out, for whoever came first. One timer a
 * model, whatever the number of those who wait.
 */
import type { GenerationError } from '../generation/error.ts';
import { accepted, ended, failed, isForgotten, mayStart, newCapacity, refused, started } from './capacity.ts';
import type { Capacity, SentRequest } from './capacity.ts';
import { createWaitingLine } from './waitingLine.ts';

export interface GatesOptions {
  /** Requests that may be under way at once for one model, at most. */
  mostUnderWay: number;
  /** Monotonic milliseconds. */
  now?: () => number;
}

export interface EnterOptions {
  signal: AbortSignal;
  /** 0: not at all. May be infinite. */
  longestWaitMs: number;
}

/**
 * The place of one request. `accepted` when its headers came with 200, `refused` when the answer was that there is no
 * room; the first of them counts. `leave` always, when the request is over: without it the place is lost.
 */
export interface Pass {
  kind: 'admitted';
  waitedMs: number;
  accepted(): void;
  refused(error: GenerationError): void;
  leave(): void;
}

export type Entry =
  | Pass
  /** The error is the endpoint's last refusal, with what is left of the time it asked to wait. */
  | { kind: 'not_admitted'; error: GenerationError; waitedMs: number }
  | { kind: 'aborted' };

export interface Gates {
  /** Never rejects. Who comes first to a model goes first. */
  enter(model: string, options: EnterOptions): Promise<Entry>;
}

interface Gate {
  enter(options: EnterOptions): Promise<Entry>;
  isForgotten(): boolean;
}

interface Waiter {
  enteredAt: number;
  deadline: number;
  /** Takes it out of the line, too. */
  settle(entry: Entry): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A look goes through the whole line for those who wait in vain, so there is none sooner after the last. */
const BETWEEN_LOOKS_MS = 50;

export function createGates({ mostUnderWay, now = () => performance.now() }: GatesOptions): Gates {
  const gates = new Map<string, Gate>();

  function gateOf(model: string): Gate {
    const known = gates.get(model);
    if (known !== undefined && !known.isForgotten()) return known;
    // Only here does the map grow, so here what is forgotten is taken out of it.
    for (const [other, gate] of gates) if (gate.isForgotten()) gates.delete(other);
    const gate = createGate(mostUnderWay, now);
    gates.set(model, gate);
    return gate;
  }

  return { enter: (model, options) => gateOf(model).enter(options) };
}

function createGate(mostUnderWay: number, now: () => number): Gate {
  const line = createWaitingLine<Waiter>();
  let capacity = newCapacity(mostUnderWay);
  /** No deadline of those who wait is earlier. */
  let firstDeadline = Infinity;
  let lookedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;

  function enter({ signal, longestWaitMs }: EnterOptions): Promise<Entry> {
    if (signal.aborted) return Promise.resolve({ kind: 'aborted' });
    const at = now();
    const admission = mayStart(capacity, at);
    if (line.size() === 0 && admission.kind === 'start') return Promise.resolve(admit(0));
    const inVain = longestWaitMs <= 0 || (admission.kind === 'closed' && admission.forMs > longestWaitMs);
    return inVain ? Promise.resolve(notAdmitted(capacity, 0, at)) : wait(signal, longestWaitMs, at);
  }

  function wait(signal: AbortSignal, longestWaitMs: number, at: number): Promise<Entry> {
    return new Promise((resolve) => {
      const onAbort = (): void => waiter.settle({ kind: 'aborted' });
      const waiter: Waiter = {
        enteredAt: at,
        deadline: at + longestWaitMs,
        settle(entry) {
          leaveLine();
          signal.removeEventListener('abort', onAbort);
          if (line.size() === 0) stopTimer();
          resolve(entry);
        },
      };
      const leaveLine = line.join(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
      firstDeadline = Math.min(firstDeadline, waiter.deadline);
      // Its timer may be late.
      attend(at);
    });
  }

  function admit(waitedMs: number): Pass {
    const start = started(capacity);
    capacity = start.capacity;
    return createPass(start.request, waitedMs);
  }

  function createPass(request: SentRequest, waitedMs: number): Pass {
    let state: 'sent' | 'accepted' | 'over' = 'sent';
    return {
      kind: 'admitted',
      waitedMs,
      accepted() {
        if (state !== 'sent') return;
        state = 'accepted';
        become(accepted(capacity, request));
      },
      refused(error) {
        if (state !== 'sent') return;
        state = 'over';
        become(refused(capacity, request, error, now()));
      },
      leave() {
        if (state === 'over') return;
        const next = state === 'accepted' ? ended(capacity) : failed(capacity, request);
        state = 'over';
        become(next);
      },
    };
  }

  function become(next: Capacity): void {
    capacity = next;
    attend(now());
  }

  /** Lets in who may go in, and sends away who waits in vain. A place is given even to one who is overdue. */
  function attend(at: number): void {
    for (let first = line.first(); first !== undefined; first = line.first()) {
      if (mayStart(capacity, at).kind !== 'start') break;
      first.settle(admit(at - first.enteredAt));
    }
    if (line.size() === 0) return;
    if (nextLookAt() <= at) look(at);
    setTimer(at);
  }

  function look(at: number): void {
    lookedAt = at;
    firstDeadline = Infinity;
    for (const waiter of line.members()) {
      if (isInVain(waiter.deadline) || waiter.deadline <= at)
        waiter.settle(notAdmitted(capacity, at - waiter.enteredAt, at));
      else firstDeadline = Math.min(firstDeadline, waiter.deadline);
    }
  }

  /** Before the closure ends nobody is let in. */
  function isInVain(deadline: number): boolean {
    return capacity.closedUntilMs !== null && deadline < capacity.closedUntilMs;
  }

  function nextLookAt(): number {
    const earliest = lookedAt + BETWEEN_LOOKS_MS;
    return isInVain(firstDeadline) ? earliest : Math.max(firstDeadline, earliest);
  }

  /** A timer that is set too early looks again; so it is not set anew whenever the next event moves away. */
  function setTimer(at: number): void {
    if (line.size() === 0) return;
    const eventAt = Math.min(nextLookAt(), at + msUntilAdmission(capacity, at));
    if (eventAt >= timerAt) return;
    clearTimeout(timer);
    timerAt = eventAt;
    timer = setTimeout(
      () => {
        timerAt = Infinity;
        attend(now());
      },
      Math.min(Math.max(Math.ceil(eventAt - at), 1), LONGEST_TIMER_MS),
    ).unref();
  }

  function stopTimer(): void {
    clearTimeout(timer);
    timerAt = Infinity;
    firstDeadline = Infinity;
  }

  return { enter, isForgotten: () => line.size() === 0 && isForgotten(capacity, now()) };
}

/** Without an event before that. */
function msUntilAdmission(capacity: Capacity, at: number): number {
  const admission = mayStart(capacity, at);
  switch (admission.kind) {
    case 'start':
      return 0;
    case 'closed':
      return admission.forMs;
    case 'full':
      return admission.orForMs ?? Infinity;
    default:
      return admission satisfies never;
  }
}

function notAdmitted(capacity: Capacity, waitedMs: number, at: number): Entry {
  const { lastRefusal, closedUntilMs, underWay } = capacity;
  if (lastRefusal === null) {
    const message = `no place was free within ${Math.round(waitedMs)} ms: ${underWay} requests to the model are under way from this worker`;
    return { kind: 'not_admitted', error: { kind: 'no_place', message }, waitedMs };
  }
  const { retryAfterMs: _, ...error } = lastRefusal;
  const leftMs = Math.ceil(Math.max(0, (closedUntilMs ?? at) - at));
  return {
    kind: 'not_admitted',
    error: leftMs > 0 ? { ...error, retryAfterMs: leftMs } : error,
    waitedMs,
  };
}
