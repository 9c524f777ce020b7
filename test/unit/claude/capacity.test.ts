import { describe, expect, it } from 'vitest';
import { isForgotten, mayStart, newCapacity } from '../../../src/claude/capacity.ts';
import { AnsweredCapacity } from './answeredCapacity.ts';

/** Closed at 0 with so many accepted under way, until 2 s. */
const closedWith = (count: number) =>
  new AnsweredCapacity()
    .send(count + 1)
    .accept(count)
    .refuse(1, 0, 2_000);

describe('before any refusal', () => {
  it('ten may be under way; the next waits for a place', () => {
    const endpoint = new AnsweredCapacity();
    expect(endpoint.sendAll(0)).toBe(10);
    expect(mayStart(endpoint.capacity, 0)).toEqual({ kind: 'full', orForMs: null });
  });

  it('each acceptance makes room for one more, while the texts stream on', () => {
    const endpoint = new AnsweredCapacity();
    const rounds = [0, 1, 2, 3].map(() => {
      const sent = endpoint.sendAll(0);
      endpoint.accept();
      return sent;
    });
    expect(rounds).toEqual([10, 10, 10, 10]);
    expect(endpoint.capacity).toMatchObject({ window: 50, underWay: 40 });
  });

  it('never more than the maximum are under way, be it below ten', () => {
    for (const most of [1, 7, 25]) {
      const endpoint = new AnsweredCapacity(most);
      for (let round = 0; round < 5; round += 1) {
        endpoint.sendAll(0);
        endpoint.accept();
      }
      expect(endpoint.capacity).toMatchObject({ underWay: most, window: most });
    }
  });

  it('a window that nobody fills does not grow', () => {
    const endpoint = new AnsweredCapacity();
    for (let round = 0; round < 100; round += 1) endpoint.send(1).accept().end();
    expect(endpoint.capacity.window).toBe(10);
  });

  it('requests that fail in another way give their places back, and nothing else changes', () => {
    const endpoint = new AnsweredCapacity().send(10).fail(10);
    expect(endpoint.capacity).toEqual(newCapacity(300));
  });
});

describe('a refusal', () => {
  it('closes for as long as was asked, and leaves a window of those accepted under way', () => {
    const { capacity } = new AnsweredCapacity().send(10).accept(6).refuse(4, 0, 2_000);
    expect(capacity).toMatchObject({ window: 6, underWay: 6, slowStart: false });
    expect(mayStart(capacity, 500)).toEqual({ kind: 'closed', forMs: 1_500 });
  });

  it('leaves a window of one where nothing was accepted', () => {
    expect(new AnsweredCapacity().send(10).refuse(10, 0).capacity.window).toBe(1);
  });

  it('before the acceptances of its burst leaves them their places', () => {
    const { capacity } = new AnsweredCapacity().send(10).refuse(2, 0).accept(8);
    expect(capacity).toMatchObject({ window: 8, underWay: 8 });
  });

  it('closes until the latest time that any asked for', () => {
    const { capacity } = new AnsweredCapacity()
      .send(3)
      .refuse(1, 0, 5_000)
      .refuse(1, 100, 9_000)
      .refuse(1, 200, 0);
    expect(capacity.closedUntilMs).toBe(9_100);
  });

  it('without a time closes for one second, and doubles that up to 30 s while nothing is accepted', () => {
    const endpoint = new AnsweredCapacity();
    let now = 0;
    const closures = Array.from({ length: 7 }, () => {
      endpoint.send(1).refuse(1, now);
      const admission = mayStart(endpoint.capacity, now);
      const ms = admission.kind === 'closed' ? admission.forMs : 0;
      now += ms;
      return ms;
    });
    expect(closures).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    endpoint.send(1).accept().send(1).refuse(1, now);
    expect(endpoint.capacity.closedUntilMs).toBe(now + 1_000);
  });

  it('of a whole burst is one step of the back-off', () => {
    const { capacity } = new AnsweredCapacity().send(10).refuse(10, 0);
    expect(capacity).toMatchObject({ refusalsInARow: 1, closedUntilMs: 1_000, closures: 1 });
  });

  it('that comes late, when there was room again, closes again, for one step', () => {
    const endpoint = new AnsweredCapacity().send(6).accept(3).refuse(1, 0).end(1);
    const late = endpoint.unanswered.splice(0);
    endpoint.end().sendAll(1_000);
    endpoint.accept();
    endpoint.unanswered.push(...late);
    endpoint.refuse(2, 1_500);
    expect(endpoint.capacity).toMatchObject({ refusalsInARow: 1, closedUntilMs: 2_500, closures: 2 });
  });
});

describe('after a closure', () => {
  it('one asks first; each acceptance lets two more ask, until the window is full', () => {
    const endpoint = closedWith(20).end();
    expect(mayStart(endpoint.capacity, 1_999)).toEqual({ kind: 'closed', forMs: 1 });
    const rounds = [0, 1, 2, 3, 4].map(() => {
      const sent = endpoint.sendAll(2_000);
      endpoint.accept();
      return sent;
    });
    expect(rounds).toEqual([1, 2, 4, 8, 5]);
  });

  it('the one that asks is followed by another where it failed without an answer about room', () => {
    const endpoint = closedWith(0);
    expect([endpoint.sendAll(2_000), endpoint.fail(1).sendAll(2_000)]).toEqual([1, 1]);
  });

  it('an acceptance of a request sent before is no sign of room: still one asks first', () => {
    const endpoint = new AnsweredCapacity().send(10).refuse(1, 0, 2_000).accept(9).end();
    expect(endpoint.capacity.refusalsInARow).toBe(1);
    expect(endpoint.sendAll(2_000)).toBe(1);
  });

  it('a window of acceptances makes room for one more', () => {
    const endpoint = closedWith(4);
    const windows = Array.from({ length: 9 }, () => {
      endpoint.end(1).send(1).accept();
      return endpoint.capacity.window;
    });
    expect(windows).toEqual([4, 4, 4, 5, 5, 5, 5, 5, 6]);
  });

  it('a limit that was found again is asked about half as often', () => {
    const endpoint = closedWith(4);
    for (let round = 0; round < 7; round += 1) endpoint.end(1).send(1).accept();
    endpoint.send(1).refuse(1, 3_000);
    const windows = Array.from({ length: 8 }, () => {
      endpoint.end(1).send(1).accept();
      return endpoint.capacity.window;
    });
    expect(windows).toEqual([4, 4, 4, 4, 4, 4, 4, 5]);
  });
});

describe('a full window', () => {
  it('is stretched 2 s after the closure: so long texts do not keep out the next for their whole length', () => {
    const endpoint = closedWith(5);
    expect(endpoint.sendAll(2_000)).toBe(0);
    expect(mayStart(endpoint.capacity, 2_000)).toEqual({ kind: 'full', orForMs: 2_000 });
    expect(endpoint.sendAll(4_000)).toBe(1);
    expect(endpoint.capacity).toMatchObject({ window: 6, underWay: 6 });
  });

  it.each<[string, number, number[]]>([
    ['with each acceptance where that was accepted', 5, [1, 1, 1, 1, 1]],
    ['twofold with each round trip after an outage', 0, [2, 4, 8, 16, 32]],
  ])('grows %s: one bad moment does not last', (_name, acceptedBefore, expected) => {
    const endpoint = closedWith(acceptedBefore);
    endpoint.sendAll(2_000);
    endpoint.accept();
    const rounds = expected.map(() => {
      const sent = endpoint.sendAll(4_000);
      endpoint.accept();
      return sent;
    });
    expect(rounds).toEqual(expected);
  });

  it('is stretched half as often each time the limit was found again, at least once a minute', () => {
    const endpoint = closedWith(5);
    let now = 2_000;
    const waits = Array.from({ length: 7 }, () => {
      const admission = mayStart(endpoint.capacity, now);
      const ms = admission.kind === 'full' ? (admission.orForMs ?? 0) : 0;
      now += ms;
      endpoint.send(1).refuse(1, now, 0);
      return ms;
    });
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('is stretched soon where the limit fell to less than half: it is another', () => {
    const endpoint = closedWith(5);
    endpoint.send(1).refuse(1, 4_000, 0).end(3).send(1).refuse(1, 5_000, 0);
    expect(mayStart(endpoint.capacity, 5_000)).toEqual({ kind: 'full', orForMs: 2_000 });
  });

  it('grows to the maximum and not beyond, twofold or not', () => {
    const endpoint = new AnsweredCapacity(12).send(1).refuse(1, 0, 0);
    for (let round = 0; round < 9; round += 1) {
      endpoint.sendAll(2_000);
      endpoint.accept();
    }
    expect(endpoint.capacity).toMatchObject({ window: 12, underWay: 12 });
  });

  it('is stretched soon after an outage, however long that was: it showed no limit', () => {
    const endpoint = new AnsweredCapacity();
    let now = 0;
    for (let refusals = 0; refusals < 20; refusals += 1) {
      endpoint.send(1).refuse(1, now, 2_000);
      now += 2_000;
    }
    endpoint.sendAll(now);
    endpoint.accept().sendAll(now);
    expect(mayStart(endpoint.capacity, now)).toEqual({ kind: 'full', orForMs: 2_000 });
  });
});

describe('what was learnt', () => {
  it('is forgotten at once where nothing was refused, and ten minutes after the last closure otherwise', () => {
    expect(isForgotten(new AnsweredCapacity().send(40).accept().capacity, 0)).toBe(false);
    expect(isForgotten(new AnsweredCapacity().send(40).accept().end().capacity, 0)).toBe(true);
    expect(isForgotten(closedWith(1).end().capacity, 601_999)).toBe(false);
    expect(isForgotten(closedWith(1).end().capacity, 602_000)).toBe(true);
    expect(isForgotten(closedWith(1).capacity, 602_000)).toBe(false);
  });
});
