import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaitingLine } from '../../../src/claude/waitingLine.ts';

describe('a line', () => {
  it('keeps the order of those who joined, whoever leaves it, and from where, and however often', () => {
    const someStep = fc.oneof(fc.constant('join' as const), fc.nat(100));
    fc.assert(
      fc.property(fc.array(someStep, { maxLength: 300, size: 'max' }), (steps) => {
        const line = createWaitingLine<{ number: number }>();
        const joined: { number: number; leave: () => void }[] = [];
        let standing: number[] = [];
        for (const [number, step] of steps.entries()) {
          if (step === 'join') {
            joined.push({ number, leave: line.join({ number }) });
            standing.push(number);
          } else if (joined.length > 0) {
            const leaving = joined[step % joined.length];
            leaving?.leave();
            standing = standing.filter((each) => each !== leaving?.number);
          }
          expect(line.first()?.number).toBe(standing[0]);
          expect(line.size()).toBe(standing.length);
          expect(line.members().map((member) => member.number)).toEqual(standing);
        }
      }),
    );
  });
});
