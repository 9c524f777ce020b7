/** Made-up generations for the judge: times are milliseconds after the enqueue. */
import type { AttemptRecord, ResultDocument } from '../../../src/client/index.ts';
import type { RequestRecord } from '../../../src/simulator/log.ts';
import type { AccidentFact, GenerationFacts } from '../../chaos/facts.ts';
import { EPOCH, record as row } from '../generation/builders.ts';

/** Two hundred characters in which no thirty-two come twice. */
export const TEXT = Array.from({ length: 40 }, (_, index) => `w${index + 100} `).join('');

const CONDITIONS = { heartbeatMs: 250, workerLostMs: 2_000, charactersPerMs: 0.6, stallAfterMs: 2_000 };

/** A request that brought `continuation` of `planned` characters, from `at` to `endedAt`. */
export function request(overrides: Partial<RequestRecord> = {}): RequestRecord {
  const { at = 100, endedAt = 900, continuation = TEXT, ...rest } = overrides;
  return {
    number: 1,
    conversation: 'key',
    attempt: 1,
    model: 'claude-haiku-4-5',
    resume: 'none',
    partial: '',
    anchor: null,
    maxTokens: 1_000,
    behaviour: null,
    fault: null,
    mismatch: false,
    status: 200,
    headersSent: true,
    sentText: continuation,
    continuation,
    plannedCharacters: continuation.length,
    sentCharacters: continuation.length,
    stopReason: 'end_turn',
    ended: 'whole',
    ...rest,
    at: EPOCH + at,
    endedAt: endedAt === null ? null : EPOCH + endedAt,
    struckAt: overrides.struckAt == null ? null : EPOCH + overrides.struckAt,
    clientGoneAt: overrides.clientGoneAt == null ? null : EPOCH + overrides.clientGoneAt,
  };
}

/** A row of the ledger, from `from` to `to`. */
export function attempt(from: number, to: number, overrides: Partial<AttemptRecord> = {}): AttemptRecord {
  const startedAt = new Date(EPOCH + from).toISOString();
  return row({ startedAt, endedAt: new Date(EPOCH + to).toISOString(), ...overrides });
}

export function accident(overrides: Partial<AccidentFact> = {}): AccidentFact {
  const { at = 500, until = null, ...rest } = overrides;
  return {
    kind: 'worker_killed',
    pid: 1,
    sent: new Map(),
    ...rest,
    at: EPOCH + at,
    until: until === null ? null : EPOCH + until,
  };
}

type Facts = Omit<Partial<GenerationFacts>, 'document'> & {
  document?: Partial<ResultDocument> | null;
  /** Of the first and only run; null: it has not ended. */
  endedAt?: number | null;
};

/** A generation that went well, but for what is said otherwise. */
export function facts(overrides: Facts = {}): GenerationFacts {
  const { document, endedAt = 1_000, ...rest } = overrides;
  const text = document?.text ?? TEXT;
  return {
    id: 'made-up',
    characters: TEXT.length,
    runs: [{ enqueuedAt: EPOCH, endedAt: endedAt === null ? null : EPOCH + endedAt, totalMs: 60_000 }],
    truth: TEXT,
    records: [request()],
    starts: new Map([[1, { pid: 1, at: EPOCH + 50 }]]),
    accidents: [],
    lags: [],
    judgedAt: EPOCH + 100_000,
    conditions: CONDITIONS,
    ...rest,
    document:
      document === null
        ? null
        : ({
            status: 'complete',
            text,
            attempts: [attempt(50, 950, { keptCharacters: text.length })],
            ...document,
          } as ResultDocument),
  };
}
