import { describe, expect, it } from 'vitest';
import { judge } from '../../chaos/judge.ts';
import { missingOf } from '../../chaos/judgeLoss.ts';
import { repetitionIn } from '../../chaos/judgeText.ts';
import type { GenerationFacts, Verdict } from '../../chaos/facts.ts';
import { EPOCH } from '../generation/builders.ts';
import { TEXT, accident, attempt, facts, request } from './madeUp.ts';

const verdicts = (made: GenerationFacts): Verdict[] => judge(made).findings.map(({ verdict }) => verdict);

const HALF = TEXT.slice(0, 100);
/** The first request was cut, the second went on. */
const CUT_ONCE = [
  request({ continuation: HALF, plannedCharacters: TEXT.length, fault: 'reset', ended: 'fault' }),
  request({ number: 2, attempt: 2, at: 1_100, endedAt: 1_900, partial: HALF, continuation: TEXT.slice(100) }),
];
const TWO_ROWS = [
  attempt(50, 1_000, { outcome: 'connection_lost', keptCharacters: 100 }),
  attempt(1_050, 1_950, { number: 2, keptCharacters: TEXT.length }),
];

describe('a text', () => {
  it('that is all that was said is found right, in one piece or in two', () => {
    expect(verdicts(facts())).toEqual([]);
    expect(verdicts(facts({ records: CUT_ONCE, document: { attempts: TWO_ROWS } }))).toEqual([]);
  });

  it('that is a beginning of what was said is right where it is not said to be complete', () => {
    const document = { status: 'failed' as const, text: HALF, attempts: TWO_ROWS.slice(0, 1) };
    expect(verdicts(facts({ records: CUT_ONCE.slice(0, 1), document }))).toEqual([]);
    expect(
      verdicts(facts({ records: [], truth: null, document: { ...document, text: '', attempts: [] } })),
    ).toEqual([]);
  });

  it.each([
    ['lacks its end', { text: TEXT.slice(0, -1) }, {}],
    [
      'is what a cut reply brought',
      { text: HALF, attempts: TWO_ROWS.slice(0, 1) },
      { records: CUT_ONCE.slice(0, 1), truth: HALF },
    ],
    ['is all of a reply that max_tokens ended', {}, { records: [request({ stopReason: 'max_tokens' })] }],
    ['is shorter than was asked for', {}, { characters: TEXT.length + 41 }],
    ['is not the latest that was said', {}, { truth: `${TEXT}more` }],
    ['has other words in it', { text: TEXT.replace('w120', 'w999') }, {}],
  ])('that is said to be complete and %s is falsely complete', (_, document, rest) => {
    expect(verdicts(facts({ ...rest, document }))).toEqual(['falsely_complete']);
  });

  it('that was right before a worker woke up and asked once more is right', () => {
    const late = [request(), request({ number: 2, at: 950, continuation: 'Another text', endedAt: 960 })];
    const frozen = [accident({ kind: 'worker_frozen', until: 940 })];
    expect(verdicts(facts({ records: late, truth: 'Another text', accidents: frozen }))).toEqual([]);
  });

  it('that is no beginning of what was said is lost', () => {
    const document = {
      status: 'failed' as const,
      text: `${HALF.slice(0, -1)}?`,
      attempts: TWO_ROWS.slice(0, 1),
    };
    expect(verdicts(facts({ records: CUT_ONCE.slice(0, 1), document }))).toEqual(['lost']);
  });

  it.each(['complete', 'failed'] as const)(
    'that is %s and says again what was said once is duplicated',
    (status) => {
      const text = HALF + HALF.slice(40) + TEXT.slice(100);
      const document = {
        status,
        text,
        attempts: [
          { ...TWO_ROWS[0], keptCharacters: 100 },
          { ...TWO_ROWS[1], keptCharacters: text.length },
        ],
      };
      expect(verdicts(facts({ records: CUT_ONCE, document: document as never }))).toEqual(['duplicated']);
    },
  );

  it('may say twice what the simulator said twice', () => {
    const twice = `${HALF}${HALF}`;
    expect(repetitionIn(twice, [twice])).toBeNull();
    expect(repetitionIn(twice, [HALF])).toBe(HALF.slice(0, 32));
  });

  it('of which the simulator was asked to continue what it never said is mixed up', () => {
    expect(verdicts(facts({ records: [request({ mismatch: true })] }))).toEqual(['mixed_up']);
  });
});

describe('an attempt', () => {
  const LONG = TEXT.repeat(20);
  /** A worker that was lost, with so much kept of so much sent in all and by the time of the accident. */
  const cutOff = (kept: number, sentBefore: number, rest: Partial<GenerationFacts> = {}): GenerationFacts => {
    const records = [
      request({
        continuation: LONG,
        plannedCharacters: LONG.length + 1,
        endedAt: 5_000,
        ended: 'client_gone',
      }),
    ];
    const row = attempt(50, 3_000, { outcome: 'worker_lost', keptCharacters: kept });
    return facts({
      records,
      document: { status: 'failed', text: LONG.slice(0, kept), attempts: [row] },
      accidents: [accident({ sent: new Map([[1, sentBefore]]) })],
      endedAt: 5_000,
      ...rest,
    });
  };

  it('may lack one heartbeat interval and what nobody had read, when its worker was killed', () => {
    expect(missingOf(cutOff(1_000, 1_750))).toEqual([
      { attempt: 1, outcome: 'worker_lost', characters: 750, allowed: 750 },
    ]);
    expect(verdicts(cutOff(1_000, 1_750))).toEqual([]);
    expect(verdicts(cutOff(1_000, 1_751))).toEqual(['lost']);
  });

  it('may lack as much more as the machine may have been behind, up to a bound', () => {
    const lags = (ms: number) => ({ lags: [{ at: EPOCH + 600, ms }] });
    expect(verdicts(cutOff(1_000, 1_810, lags(50)))).toEqual([]);
    expect(verdicts(cutOff(1_000, 1_811, lags(50)))).toEqual(['lost']);
    expect(missingOf(cutOff(1_000, 3_000, lags(50_000)))[0]?.allowed).toBe(600 + 150 + 2_400);
  });

  it('of a frozen worker need not keep what was written into its socket afterwards', () => {
    const accidents = [accident({ kind: 'worker_frozen', until: 4_000, sent: new Map([[1, 1_000]]) })];
    expect(verdicts(cutOff(1_000, 0, { accidents }))).toEqual([]);
  });

  it('must have what came during an outage of the server: it is handed over', () => {
    const accidents = [
      accident({ kind: 'server_restarted', pid: null, until: 4_000, sent: new Map([[1, 1_000]]) }),
    ];
    expect(verdicts(cutOff(1_000, 0, { accidents }))).toEqual(['lost']);
  });

  it('may lack what came during an outage in which its worker was killed, and no more', () => {
    const outage = { kind: 'server_restarted', pid: null, sent: new Map([[1, 1_000]]) } as const;
    const killed = accident({ at: 2_000, sent: new Map([[1, 1_900]]) });
    const during = [accident({ ...outage, at: 1_000, until: 4_000 }), killed];
    expect(verdicts(cutOff(1_000, 0, { accidents: during }))).toEqual([]);
    // The server was back, and had given the attempt up, but its worker had not yet handed it over.
    const soonAfter = [
      accident({ ...outage, at: 1_000, until: 5_000 }),
      accident({ at: 6_900, sent: new Map() }),
    ];
    expect(verdicts(cutOff(1_000, 0, { accidents: soonAfter }))).toEqual([]);
    const longAfter = [accident({ ...outage, at: 1_000, until: 5_000 }), accident({ at: 7_100 })];
    expect(verdicts(cutOff(1_000, 0, { accidents: longAfter }))).toEqual(['lost']);
    const stopped = [...during.slice(0, 1), { ...killed, kind: 'worker_stopped' as const }];
    expect(verdicts(cutOff(1_000, 0, { accidents: stopped }))).toEqual(['lost']);
    const shortBefore = [accident({ ...outage, at: 100, until: 200 }), { ...killed, at: killed.at + 500 }];
    expect(verdicts(cutOff(1_000, 0, { accidents: shortBefore }))).toEqual(['lost']);
  });

  it('is not excused by what befell another worker', () => {
    const accidents = [accident({ pid: 2, sent: new Map([[1, 1_000]]) })];
    expect(verdicts(cutOff(1_000, 0, { accidents }))).toEqual(['lost', 'ledger']);
  });

  it('that told its end itself has kept all, whatever befell its worker before', () => {
    const row = attempt(50, 5_000, { outcome: 'worker_stopping', keptCharacters: 1_000 });
    const document = { status: 'failed' as const, text: LONG.slice(0, 1_000), attempts: [row] };
    expect(verdicts(cutOff(1_000, 1_000, { document: facts({ document }).document }))).toEqual(['lost']);
  });

  it('never leaves the text shorter than it was', () => {
    const attempts = [
      attempt(50, 1_000, { outcome: 'connection_lost', keptCharacters: 100 }),
      attempt(1_050, 1_950, { number: 2, outcome: 'stalled', keptCharacters: 90 }),
    ];
    const document = { status: 'failed' as const, text: HALF.slice(0, 90), attempts };
    const records = [
      CUT_ONCE[0] ?? request(),
      request({ number: 2, at: 1_100, endedAt: 1_900, partial: HALF.slice(0, 80), continuation: '' }),
    ];
    expect(verdicts(facts({ records, document }))).toEqual(['lost']);
  });

  it('that lost a worker whom nothing befell is a fault, unless the machine was far behind', () => {
    const lost = { ...cutOff(LONG.length, 0), accidents: [] };
    expect(verdicts(lost)).toEqual(['ledger']);
    expect(verdicts({ ...lost, lags: [{ at: EPOCH + 2_000, ms: 1_000 }] })).toEqual([]);
  });

  it('may have been given to a worker that was dead already', () => {
    const row = attempt(50, 5_000, { outcome: 'worker_lost', startedAt: null });
    const document = { status: 'failed' as const, text: '', attempts: [row] };
    const starts = new Map([[1, { pid: 1, at: EPOCH + 3_000 }]]);
    expect(verdicts(facts({ records: [], document, starts, accidents: [accident({ at: 500 })] }))).toEqual(
      [],
    );
  });
});

describe('a ledger', () => {
  it('has a request for each attempt that told of a stream', () => {
    expect(verdicts(facts({ records: [], truth: null, document: { status: 'failed', text: '' } }))).toEqual([
      'ledger',
    ]);
  });

  it('has an attempt for each request, but for a refused prefill', () => {
    const again = request({
      number: 2,
      at: 940,
      endedAt: 945,
      continuation: '',
      partial: TEXT,
      status: 500,
      stopReason: null,
      plannedCharacters: null,
    });
    expect(verdicts(facts({ records: [request(), again] }))).toEqual(['ledger']);
    expect(verdicts(facts({ records: [{ ...again, status: 400 }, request()] }))).toEqual([]);
  });
});

describe('time', () => {
  it('that passes without an end is found: stuck', () => {
    expect(
      verdicts(
        facts({ endedAt: null, document: { status: 'running', text: '', attempts: [] }, records: [] }),
      ),
    ).toEqual(['stuck']);
  });

  it('past the budget is an overrun, from two seconds on, unless the server was away at the time', () => {
    const after = (ms: number): Partial<Parameters<typeof facts>[0]> => ({ endedAt: 60_000 + ms });
    expect(verdicts(facts(after(2_000)))).toEqual([]);
    expect(verdicts(facts(after(2_001)))).toEqual(['budget_overrun']);
    const away = {
      accidents: [accident({ kind: 'server_restarted', pid: null, at: 61_000, until: 65_000 })],
    };
    expect(verdicts(facts({ ...after(7_000), ...away }))).toEqual([]);
    expect(verdicts(facts({ ...after(7_001), ...away }))).toEqual(['budget_overrun']);
  });

  it('of a request that goes on after its generation is found, unless its worker was frozen', () => {
    expect(verdicts(facts({ records: [request({ endedAt: 3_000 })] }))).toEqual([]);
    expect(verdicts(facts({ records: [request({ endedAt: 3_001 })] }))).toEqual(['sent_after_end']);
    expect(verdicts(facts({ records: [request({ endedAt: null })] }))).toEqual(['sent_after_end']);
    const accidents = [accident({ kind: 'worker_frozen', at: 500, until: 5_000 })];
    expect(verdicts(facts({ records: [request({ endedAt: 7_000 })], accidents }))).toEqual([]);
  });

  it('until a silent response is given up is bounded by the limit on its silence', () => {
    const silent = (clientGoneAt: number) =>
      facts({
        records: [
          request({
            fault: 'hang_after_stop',
            struckAt: 500,
            clientGoneAt,
            endedAt: clientGoneAt,
            ended: 'fault',
          }),
        ],
        endedAt: 5_000,
      });
    expect(verdicts(silent(4_000))).toEqual([]);
    expect(verdicts(silent(4_001))).toEqual(['slow_abort']);
    expect(verdicts({ ...silent(4_001), lags: [{ at: EPOCH + 4_000, ms: 1 }] })).toEqual([]);
  });
});

it('what was sent and is not in the text was regenerated', () => {
  const again = request({
    number: 2,
    at: 1_100,
    endedAt: 1_900,
    partial: HALF.slice(0, 60),
    continuation: TEXT.slice(60),
  });
  const made = facts({ records: [CUT_ONCE[0] ?? request(), again], document: { attempts: TWO_ROWS } });
  expect(judge(made).regeneratedCharacters).toBe(40);
});
