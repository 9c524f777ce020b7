/** A capacity, the requests sent through it, and the answers they get. */
import type { Capacity, SentRequest } from '../../../src/claude/capacity.ts';
import {
  accepted,
  ended,
  failed,
  mayStart,
  newCapacity,
  refused,
  started,
} from '../../../src/claude/capacity.ts';
import { OVERLOADED } from './crowd.ts';

export class AnsweredCapacity {
  capacity: Capacity;
  unanswered: SentRequest[] = [];
  accepted = 0;

  constructor(mostUnderWay = 300) {
    this.capacity = newCapacity(mostUnderWay);
  }

  send(count: number): this {
    for (let sent = 0; sent < count; sent += 1) {
      const { capacity, request } = started(this.capacity);
      this.capacity = capacity;
      this.unanswered.push(request);
    }
    return this;
  }

  /** @returns how many could be sent */
  sendAll(now: number): number {
    let sent = 0;
    for (; mayStart(this.capacity, now).kind === 'start'; sent += 1) this.send(1);
    return sent;
  }

  accept(count = this.unanswered.length): this {
    for (let answered = 0; answered < count; answered += 1) {
      this.capacity = accepted(this.capacity, this.#next());
      this.accepted += 1;
    }
    return this;
  }

  refuse(count: number, now: number, retryAfterMs: number | null = null): this {
    const error = retryAfterMs === null ? OVERLOADED : { ...OVERLOADED, retryAfterMs };
    for (let answered = 0; answered < count; answered += 1)
      this.capacity = refused(this.capacity, this.#next(), error, now);
    return this;
  }

  fail(count: number): this {
    for (let answered = 0; answered < count; answered += 1)
      this.capacity = failed(this.capacity, this.#next());
    return this;
  }

  end(count = this.accepted): this {
    for (let over = 0; over < count; over += 1) this.capacity = ended(this.capacity);
    this.accepted -= count;
    return this;
  }

  #next(): SentRequest {
    const request = this.unanswered.shift();
    if (request === undefined) throw new Error('nothing is under way');
    return request;
  }
}
