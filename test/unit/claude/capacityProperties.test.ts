import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ended, failed, mayStart } from '../../../src/claude/capacity.ts';
import { AnsweredCapacity } from './answeredCapacity.ts';

/** What may happen; a number chooses among the requests it may happen to, since answers come in any order. */
const someEvent = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'send_all' as const }) },
  fc.record({ kind: fc.constant('accept' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('fail' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('refuse' as const), which: fc.nat(20), retryAfterMs: fc.nat(10_000) }),
  fc.constant({ kind: 'end' as const }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(8_000) }),
);
type Event = typeof someEvent extends fc.Arbitrary<infer T> ? T : never;

interface Moment {
  endpoint: AnsweredCapacity;
  now: number;
  /** The latest time that any refusal asked to wait for. */
  askedFor: number;
}

function* play(most: number, events: readonly Event[]): Generator<Moment> {
  const endpoint = new AnsweredCapacity(most);
  let now = 0;
  let askedFor = -Infinity;
  for (const event of events) {
    const { unanswered } = endpoint;
    if ('which' in event) {
      if (unanswered.length === 0) continue;
      unanswered.unshift(...unanswered.splice(event.which % unanswered.length, 1));
    }
    switch (event.kind) {
      case 'send_all':
        sendAll(endpoint, now, askedFor);
        break;
      case 'accept':
        endpoint.accept(1);
        break;
      case 'fail':
        endpoint.fail(1);
        break;
      case 'refuse':
        endpoint.refuse(1, now, event.retryAfterMs);
        askedFor = Math.max(askedFor, now + event.retryAfterMs);
        break;
      case 'end':
        endpoint.end(Math.min(1, endpoint.accepted));
        break;
      case 'wait':
        now += event.ms;
        break;
      default:
        event satisfies never;
    }
    yield { endpoint, now, askedFor };
  }
}

function sendAll(endpoint: AnsweredCapacity, now: number, askedFor: number): void {
  const { window, underWay } = endpoint.capacity;
  const sent = endpoint.sendAll(now);
  // A stretch sends one more than the window that was.
  expect(sent).toBeLessThanOrEqual(Math.max(0, window - underWay) + 1);
  if (sent === 0) return;
  expect(endpoint.capacity.underWay).toBeLessThanOrEqual(endpoint.capacity.window);
  expect(now).toBeGreaterThanOrEqual(askedFor);
}

const always = (holds: (moment: Moment) => void): void =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(someEvent, { maxLength: 200 }), (most, events) => {
      for (const moment of play(most, events)) holds(moment);
    }),
    { numRuns: 500 },
  );

describe('whatever the endpoint answers', () => {
  it('the window holds those who were accepted, at least one, and never more than the maximum', () => {
    always(({ endpoint: { capacity, unanswered, accepted: acceptedUnderWay } }) => {
      expect(capacity.window).toBeGreaterThanOrEqual(Math.max(1, acceptedUnderWay));
      expect(capacity.window).toBeLessThanOrEqual(capacity.mostUnderWay);
      expect(capacity).toMatchObject({ acceptedUnderWay, underWay: acceptedUnderWay + unanswered.length });
    });
  });

  it('the gate is closed until the latest time that any refusal asked for, and nothing is sent before', () => {
    always(({ endpoint: { capacity }, now, askedFor }) => {
      expect(capacity.closedUntilMs ?? -Infinity).toBe(askedFor);
      if (now < askedFor) expect(mayStart(capacity, now)).toEqual({ kind: 'closed', forMs: askedFor - now });
    });
  });

  it('behind a closure no more wait for an answer than were accepted, and one', () => {
    always(({ endpoint: { capacity, unanswered } }) => {
      const since = unanswered.filter(({ afterClosures }) => afterClosures === capacity.closures).length;
      expect(capacity.unansweredSinceClosure).toBe(since);
      if (capacity.closures > 0) expect(since).toBeLessThanOrEqual(capacity.acceptedSinceClosure + 1);
    });
  });

  it('somebody may start once all that is under way is over and the time has passed', () => {
    always(({ endpoint, now, askedFor }) => {
      const { unanswered, capacity, accepted: acceptedUnderWay } = endpoint;
      let later = capacity;
      for (const request of unanswered) later = failed(later, request);
      for (let over = 0; over < acceptedUnderWay; over += 1) later = ended(later);
      expect(mayStart(later, Math.max(now, askedFor))).toEqual({ kind: 'start' });
    });
  });
});
