import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { drawFault } from '../../../src/simulator/chaos.ts';
import type { Chaos } from '../../../src/simulator/chaos.ts';
import type { Fault } from '../../../src/simulator/faults.ts';
import { parseProfile } from '../../../src/simulator/profile.ts';
import { simulate, stopSimulators, talk, user } from './talk.ts';

afterEach(stopSimulators);

const ALWAYS: Chaos = { seed: 1, share: 1, most: 1_000 };

const drawn = (chaos: Chaos, count: number, characters = 500): (Fault | null)[] =>
  Array.from({ length: count }, (_, index) =>
    drawFault(chaos, { conversation: `conversation ${index}`, attempt: 1, characters }),
  );

const kindsOf = (faults: readonly (Fault | null)[]): Set<string | undefined> =>
  new Set(faults.map((fault) => fault?.kind));

describe('faults by lot', () => {
  it('are the same for the same seed, conversation and attempt, and others for another seed', () => {
    expect(drawn(ALWAYS, 50)).toEqual(drawn(ALWAYS, 50));
    expect(drawn({ ...ALWAYS, seed: 2 }, 50)).not.toEqual(drawn(ALWAYS, 50));
  });

  it('are of every kind that breaks a reply, in each of its variants', () => {
    const faults = drawn(ALWAYS, 2_000);
    expect(kindsOf(faults)).toEqual(
      new Set([
        'empty_body',
        'eof',
        'error_event',
        'hang_after_stop',
        'html_body',
        'json_body',
        'late_deltas',
        'malformed_event',
        'no_first_token',
        'no_headers',
        'reset',
        'second_message_start',
        'slow_drip',
        'stall',
        'status',
        'stop_reason_then_eof',
        'stop_reason_then_silence',
      ]),
    );
    const variants = new Set(
      faults.flatMap((fault) => {
        switch (fault?.kind) {
          case 'stall':
          case 'stop_reason_then_silence':
            return [`${fault.kind} ${fault.silence}`];
          case 'eof':
            return [`eof ${fault.connectionClose} ${fault.insideBody}`];
          case 'reset':
            return [`reset ${fault.connectionClose}`];
          case 'error_event':
            return [`error_event ${fault.type}`];
          case 'status':
            return [`status ${fault.status} ${'retry-after-ms' in fault.headers}`];
          default:
            return [];
        }
      }),
    );
    expect(variants).toEqual(
      new Set([
        'eof false false',
        'eof false true',
        'eof true false',
        'eof true true',
        'error_event api_error',
        'error_event overloaded_error',
        'reset false',
        'reset true',
        'stall comments',
        'stall empty_deltas',
        'stall nothing',
        'stall pings',
        'stall unknown_events',
        'status 429 true',
        'status 500 false',
        'status 503 false',
        'status 529 false',
        'stop_reason_then_silence comments',
        'stop_reason_then_silence nothing',
        'stop_reason_then_silence pings',
        'stop_reason_then_silence unknown_events',
      ]),
    );
  });

  it('could all be written in a profile', () => {
    const faults = drawn(ALWAYS, 300).map((fault) => ({ attempt: 1, ...fault }));
    expect(parseProfile({ faults })).toMatchObject({ ok: true });
  });

  it('strike anywhere from before the first character to behind the last', () => {
    const positions = drawn(ALWAYS, 2_000, 4).map((fault) =>
      fault !== null && 'afterCharacters' in fault ? fault.afterCharacters : 0,
    );
    expect(new Set(positions)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('befall about the share asked for: none at 0', () => {
    const struck = drawn({ ...ALWAYS, share: 0.25 }, 2_000).filter((fault) => fault !== null).length;
    expect(struck).toBeGreaterThan(400);
    expect(struck).toBeLessThan(600);
    expect(kindsOf(drawn({ ...ALWAYS, share: 0 }, 200))).toEqual(new Set([undefined]));
  });

  it('are never more than allowed in one conversation', () => {
    fc.assert(
      fc.property(
        fc.record({ seed: fc.integer(), share: fc.double({ min: 0, max: 1, noNaN: true }), most: fc.nat(5) }),
        (chaos) => {
          const faults = Array.from({ length: 30 }, (_, index) =>
            drawFault(chaos, { conversation: 'one', attempt: index + 1, characters: 100 }),
          );
          expect(faults.filter((fault) => fault !== null).length).toBeLessThanOrEqual(chaos.most);
        },
      ),
    );
  });
});

describe('a simulator with chaos', () => {
  it('breaks replies until the most is reached, and has each fault in its log', async () => {
    // Of this seed's faults none leaves a reply open.
    const simulator = await simulate({ chaos: { seed: 31, share: 1, most: 2 } });
    for (let attempt = 0; attempt < 3; attempt += 1) await talk(simulator, [user('Hi [characters: 100]')]);
    expect(simulator.log.map(({ fault }) => fault)).toEqual(['error_event', 'reset', null]);
    for (const { at, struckAt } of simulator.log.slice(0, 2)) expect(struckAt).toBeGreaterThanOrEqual(at);
    expect(simulator.log[2]).toMatchObject({ ended: 'whole', struckAt: null });
  });

  it('lets a fault that the profile names come first', async () => {
    const simulator = await simulate({
      chaos: { seed: 3, share: 1, most: 9 },
      faults: [{ kind: 'status', status: 503, every: true }],
    });
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => talk(simulator, [user(`Prompt ${index}`)])),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 503));
  });
});
