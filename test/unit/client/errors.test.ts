import { describe, expect, it } from 'vitest';
import { RefusedError, UnreachableError, isPassing } from '../../../src/client/errors.ts';

const grpc = (code: unknown): Error => Object.assign(new Error('from gRPC'), { code });

describe('an error for the caller', () => {
  it('of a refusal tells every problem, a line each', () => {
    const error = new RefusedError(['id is 7: give a text.', 'limits is null: give an object.']);
    expect(error.problems).toHaveLength(2);
    expect(error.message).toBe('id is 7: give a text.\nlimits is null: give an object.');
    expect(error.name).toBe('RefusedError');
  });

  it.each([
    [new Error('refused'), 'refused'],
    ['a text', 'a text'],
  ])('of an absent service names address, reason and repair', (cause, reason) => {
    const error = new UnreachableError('localhost:7233', cause);
    expect(error.message).toContain(`at localhost:7233 (${reason}). Start one with \`throughline dev\``);
    expect(error.cause).toBe(cause);
    expect(error.name).toBe('UnreachableError');
  });
});

describe('an error passes', () => {
  it.each([14, 4, 1, 8, 2, 13])('with gRPC code %i, however deep it lies', (code) => {
    expect(isPassing(grpc(code))).toBe(true);
    expect(isPassing(new Error('outer', { cause: new Error('middle', { cause: grpc(code) }) }))).toBe(true);
  });

  it.each([3, 5, 6, 7, 16])('not with gRPC code %i', (code) => {
    expect(isPassing(grpc(code))).toBe(false);
  });

  it('not where the outer code says no, whatever its cause', () => {
    expect(isPassing(Object.assign(grpc(5), { cause: grpc(14) }))).toBe(false);
  });

  it.each([[null], [undefined], ['14'], [new Error('bare')], [grpc('ECONNREFUSED')]])(
    'not where it has no code: %s',
    (error) => {
      expect(isPassing(error)).toBe(false);
    },
  );

  it('where a word for a code hides a number below', () => {
    expect(isPassing(Object.assign(grpc('UNAVAILABLE'), { cause: grpc(14) }))).toBe(true);
  });
});
