/**
 * How many requests the endpoint takes for one model, learnt from its answers. Shared by all generations of a worker,
 * so that they back off as one: a refusal holds back whoever comes next, and one request asks whether it is over.
 *
 * The window, its slow start and its growth are TCP's (RFC 5681), with one difference: a place is taken for as long as
 * a text streams, so a round lasts minutes. By rounds alone a window that one bad moment made small would stay small
 * for hours, and a limit by the minute would be taken for one of places; hence a full window is stretched after a
 * time, by a request that asks whether the limit still stands. Pure: time comes in as a number.
 */
import type { GenerationError } from '../generation/error.ts';

/** All times in milliseconds of one monotonic clock. */
export interface Capacity {
  /** The window never grows larger. */
  mostUnderWay: number;
  /** Requests that may be under way at once. */
  window: number;
  /** Sent, and neither refused nor over. */
  underWay: number;
  /** Those of them that were accepted. */
  acceptedUnderWay: number;
  acceptedSinceGrowth: number;
  /** While true, the window grows with each acceptance. */
  slowStart: boolean;
  /** Null: never refused. Kept when it is past. */
  closedUntilMs: number | null;
  /** How often it has closed. A request belongs to the closure it was sent after. */
  closures: number;
  unansweredSinceClosure: number;
  acceptedSinceClosure: number;
  /** Closures since the last acceptance of a request that was sent after one. */
  refusalsInARow: number;
  lastRefusal: GenerationError | null;
  /** How many the endpoint had accepted when it refused more: the most since that last changed. Null: not known. */
  limit: number | null;
  /** How often in a row a refusal found the same limit again. */
  limitConfirmed: number;
}

/** What a request keeps to say which one was answered. */
export interface SentRequest {
  /** How often the endpoint had refused when it was sent. */
  afterClosures: number;
}

export type Admission =
  | { kind: 'start' }
  /** Closed: nothing but time opens it. */
  | { kind: 'closed'; forMs: number }
  /** Until a request under way is answered or over; or, where it is not null, until so much time has passed. */
  | { kind: 'full'; orForMs: number | null };

/** TCP's too (RFC 6928). */
export const INITIAL_WINDOW = 10;
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;
/** A full window is stretched so long after a closure; twice as long for each time its limit was found again. */
const FIRST_STRETCH_MS = 2_000;
/** The API's limits are by the minute. */
const LONGEST_STRETCH_MS = 60_000;
/** A limit found again is asked about half as often by growth, too: of few places each refusal is one in few. */
const MOST_DOUBLINGS_OF_GROWTH = 3;
/** So long after the last closure an idle endpoint's limit is old news. */
const BELIEVED_MS = 600_000;

export function newCapacity(mostUnderWay: number): Capacity {
  return {
    mostUnderWay,
    window: Math.min(INITIAL_WINDOW, mostUnderWay),
    underWay: 0,
    acceptedUnderWay: 0,
    acceptedSinceGrowth: 0,
    slowStart: true,
    closedUntilMs: null,
    closures: 0,
    unansweredSinceClosure: 0,
    acceptedSinceClosure: 0,
    refusalsInARow: 0,
    lastRefusal: null,
    limit: null,
    limitConfirmed: 0,
  };
}

export function mayStart(capacity: Capacity, now: number): Admission {
  const { closedUntilMs, closures, underWay, window } = capacity;
  if (closedUntilMs !== null && now < closedUntilMs) return { kind: 'closed', forMs: closedUntilMs - now };
  // Behind a closure one request asks first. Each acceptance lets two more ask, until the window is full.
  const isHerd = closures > 0 && capacity.unansweredSinceClosure > capacity.acceptedSinceClosure;
  if (isHerd) return { kind: 'full', orForMs: null };
  if (underWay < window) return { kind: 'start' };
  const stretchAt = stretchAtMs(capacity);
  if (stretchAt === null) return { kind: 'full', orForMs: null };
  return now < stretchAt ? { kind: 'full', orForMs: stretchAt - now } : { kind: 'start' };
}

/** Only after `mayStart` said so. */
export function started(capacity: Capacity): { capacity: Capacity; request: SentRequest } {
  const underWay = capacity.underWay + 1;
  const stretched = underWay > capacity.window;
  return {
    capacity: {
      ...capacity,
      underWay,
      window: Math.max(capacity.window, underWay),
      // If this one is accepted, the limit is another, and is looked for as in the beginning.
      slowStart: capacity.slowStart || stretched,
      unansweredSinceClosure: capacity.unansweredSinceClosure + 1,
    },
    request: { afterClosures: capacity.closures },
  };
}

/** The response's headers came, with 200. */
export function accepted(capacity: Capacity, request: SentRequest): Capacity {
  const acceptedUnderWay = capacity.acceptedUnderWay + 1;
  const answered = {
    ...answer(capacity, request),
    acceptedUnderWay,
    window: Math.max(capacity.window, acceptedUnderWay),
  };
  // Sent before the endpoint refused: it says how many it had taken, not that there is room again.
  if (!isOfNow(capacity, request)) return answered;
  return grow({
    ...answered,
    acceptedSinceClosure: capacity.acceptedSinceClosure + 1,
    refusalsInARow: 0,
  });
}

/** The endpoint answered that it has no room, now or for this worker. The request is over. */
export function refused(
  capacity: Capacity,
  request: SentRequest,
  error: GenerationError,
  now: number,
): Capacity {
  // Many refusals of one burst are one piece of news. A late one that comes when there was room again is another.
  const isNews = isOfNow(capacity, request) || capacity.acceptedSinceClosure > 0;
  const refusalsInARow = isNews ? capacity.refusalsInARow + 1 : capacity.refusalsInARow;
  const closedForMs = error.retryAfterMs ?? backOffMs(refusalsInARow);
  const closed = {
    ...answer(capacity, request),
    underWay: capacity.underWay - 1,
    closedUntilMs: Math.max(capacity.closedUntilMs ?? -Infinity, now + closedForMs),
    refusalsInARow,
    lastRefusal: error,
    slowStart: false,
    acceptedSinceGrowth: 0,
    window: Math.max(1, capacity.acceptedUnderWay),
  };
  if (!isNews) return closed;
  return {
    ...closed,
    ...limitAfter(capacity),
    closures: capacity.closures + 1,
    unansweredSinceClosure: 0,
    acceptedSinceClosure: 0,
  };
}

/** The request ended before it was answered, or with an error that says nothing about room. */
export function failed(capacity: Capacity, request: SentRequest): Capacity {
  return { ...answer(capacity, request), underWay: capacity.underWay - 1 };
}

/** A request that had been accepted is over. */
export function ended(capacity: Capacity): Capacity {
  return {
    ...capacity,
    underWay: capacity.underWay - 1,
    acceptedUnderWay: capacity.acceptedUnderWay - 1,
  };
}

/** Whether nothing would be lost if it began anew. */
export function isForgotten({ underWay, closedUntilMs }: Capacity, now: number): boolean {
  return underWay === 0 && (closedUntilMs === null || now >= closedUntilMs + BELIEVED_MS);
}

function isOfNow(capacity: Capacity, request: SentRequest): boolean {
  return request.afterClosures === capacity.closures;
}

function answer(capacity: Capacity, request: SentRequest): Capacity {
  if (!isOfNow(capacity, request)) return capacity;
  return { ...capacity, unansweredSinceClosure: capacity.unansweredSinceClosure - 1 };
}

function grow(capacity: Capacity): Capacity {
  const { window, underWay, mostUnderWay, slowStart, limitConfirmed } = capacity;
  // A window that nobody fills proves nothing.
  if (underWay * 2 < window || window >= mostUnderWay) return capacity;
  const acceptedSinceGrowth = capacity.acceptedSinceGrowth + 1;
  const doublings = Math.min(limitConfirmed, MOST_DOUBLINGS_OF_GROWTH);
  if (!slowStart && acceptedSinceGrowth < window * 2 ** doublings)
    return { ...capacity, acceptedSinceGrowth };
  // After an outage the window is one, and no limit is known: by one place at a time it would stay small for minutes.
  const places = slowStart && isAfterOutage(capacity) ? 2 : 1;
  return { ...capacity, window: Math.min(mostUnderWay, window + places), acceptedSinceGrowth: 0 };
}

/** What was refused last was refused while nothing at all was accepted. */
function isAfterOutage({ closures, limit }: Capacity): boolean {
  return closures > 0 && limit === null;
}

function limitAfter({
  acceptedUnderWay,
  limit,
  limitConfirmed,
}: Capacity): Pick<Capacity, 'limit' | 'limitConfirmed'> {
  // An outage shows no limit.
  if (acceptedUnderWay === 0) return { limit: null, limitConfirmed: 0 };
  const isSame = limit !== null && acceptedUnderWay <= limit && acceptedUnderWay * 2 >= limit;
  return isSame
    ? { limit, limitConfirmed: limitConfirmed + 1 }
    : { limit: acceptedUnderWay, limitConfirmed: 0 };
}

/** When one request more than the window may ask; null where it needs no such time, or may not. */
function stretchAtMs({
  closedUntilMs,
  slowStart,
  window,
  mostUnderWay,
  limitConfirmed,
}: Capacity): number | null {
  if (closedUntilMs === null || slowStart || window >= mostUnderWay) return null;
  return closedUntilMs + Math.min(LONGEST_STRETCH_MS, FIRST_STRETCH_MS * 2 ** limitConfirmed);
}

function backOffMs(refusalsInARow: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (refusalsInARow - 1));
}
