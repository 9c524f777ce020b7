/** What the tests of the domain and of the rooms around it are built of: each with every field, few of them telling. */
import type {
  AttemptEnd,
  AttemptPlan,
  AttemptProgress,
  AttemptRecord,
  AttemptReport,
} from '../../../src/generation/attempt.ts';
import type { GenerationState } from '../../../src/generation/fold.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import type { GenerationRequest, MessageRequest } from '../../../src/generation/request.ts';
import { DEFAULT_LIMITS } from '../../../src/generation/request.ts';
import { rungAfter } from '../../../src/generation/resume/ladder.ts';
import type { SeamTask } from '../../../src/generation/seam/joiner.ts';

/** Accepts prefill. */
export const HAIKU = 'claude-haiku-4-5';
/** Does not. */
export const SONNET = 'claude-sonnet-5';

/** 2026-11-01T00:00:00.000Z. */
export const EPOCH = Date.UTC(2026, 10, 1);

export const message = (overrides: Partial<MessageRequest> = {}): MessageRequest => ({
  model: HAIKU,
  max_tokens: 8_192,
  messages: [{ role: 'user', content: 'Write a long text.' }],
  ...overrides,
});

export const request = (
  overrides: Partial<GenerationRequest> = {},
  ofMessage: Partial<MessageRequest> = {},
): GenerationRequest => ({
  id: 'article-42',
  message: message(ofMessage),
  fallbackModels: [],
  limits: DEFAULT_LIMITS,
  resume: 'auto',
  allowRestart: false,
  maxAttempts: 20,
  maxTotalTokens: null,
  continuationPrompt: null,
  ...overrides,
});

export const plan = (overrides: Partial<AttemptPlan> = {}): AttemptPlan => ({
  number: 1,
  model: HAIKU,
  resume: 'none',
  rung: rungAfter(0),
  pausedTurn: false,
  keptCharacters: 0,
  left: { ofPart: 8_192, ofTotal: null },
  ...overrides,
});

/** `The cat sat on the`, shown to a model that is to go on with it. */
export const seamTask = (overrides: Partial<SeamTask> = {}): SeamTask => ({
  cutText: 'The cat sat on the',
  whiteSpace: ' ',
  anchor: 'cat sat on the',
  question: null,
  joinUnverified: false,
  stopSequences: [],
  ...overrides,
});

export const progress = (overrides: Partial<AttemptProgress> = {}): AttemptProgress => ({
  startedAt: EPOCH,
  resume: 'none',
  phase: 'inter_token',
  firstTokenMs: null,
  longestGapMs: null,
  lastContentAt: null,
  usage: null,
  seam: null,
  regeneratedCharacters: 0,
  simulated: false,
  ...overrides,
});

export const report = (end: AttemptEnd, overrides: Partial<AttemptReport> = {}): AttemptReport => ({
  checkpoint: { offset: 0, text: '' },
  progress: progress(),
  end,
  endedAt: EPOCH + 1_000,
  ...overrides,
});

export const record = (overrides: Partial<AttemptRecord> = {}): AttemptRecord => ({
  number: 1,
  model: HAIKU,
  resume: 'none',
  outcome: 'complete',
  phase: null,
  silence: null,
  startedAt: new Date(EPOCH).toISOString(),
  endedAt: new Date(EPOCH + 1_000).toISOString(),
  keptCharacters: 0,
  regeneratedCharacters: 0,
  firstTokenMs: null,
  longestGapMs: null,
  detectedAfterMs: null,
  stopReason: null,
  seam: null,
  usage: null,
  error: null,
  ...overrides,
});

export const ENDS = {
  whole: { outcome: 'complete', stopReason: 'end_turn' },
  atMaxTokens: { outcome: 'complete', stopReason: 'max_tokens' },
  stalled: { outcome: 'stalled', phase: 'inter_token', silence: 'pings_only', detectedAfterMs: 25_003 },
  lost: { outcome: 'connection_lost', error: { kind: 'connection_lost', message: 'reset' } },
  overloaded: {
    outcome: 'api_error',
    permanent: false,
    error: { kind: 'overloaded_error', message: 'Overloaded', status: 529, type: 'overloaded_error' },
  },
  gone: {
    outcome: 'api_error',
    permanent: true,
    error: { kind: 'not_found_error', message: 'model: not found', status: 404, type: 'not_found_error' },
  },
  refused: {
    outcome: 'api_error',
    permanent: true,
    error: { kind: 'invalid_request_error', message: 'bad', status: 400, type: 'invalid_request_error' },
  },
  rejected: { outcome: 'seam_rejected', reason: 'no echo' },
  workerStopping: { outcome: 'worker_stopping' },
  workerLost: { outcome: 'worker_lost' },
  attemptFailed: { outcome: 'connection_lost', error: { kind: 'attempt_failed', message: 'by hand' } },
  workflowReset: { outcome: 'connection_lost', error: { kind: 'workflow_reset', message: 'reset' } },
  cancelled: { outcome: 'cancelled' },
  budgetSpent: { outcome: 'budget_spent' },
} satisfies Record<string, AttemptEnd>;

/** One attempt, folded in: how it ended, how much it added, and whether its stream began. */
export interface Attempted {
  end: AttemptEnd;
  adds?: number;
  began?: boolean;
  plan?: Partial<AttemptPlan>;
}

export function afterAttempt(
  state: GenerationState,
  { end, adds = 0, began = adds > 0, ...rest }: Attempted,
): GenerationState {
  const asked = plan({ number: state.attempts.length + 1, keptCharacters: state.text.length, ...rest.plan });
  const scheduled = fold(state, { kind: 'attempt_scheduled', plan: asked });
  const checkpoint = { offset: state.text.length, text: 'x'.repeat(adds) };
  const ofAttempt = progress({ resume: asked.resume, firstTokenMs: began ? 500 : null });
  return fold(scheduled, {
    kind: 'attempt_reported',
    report: report(end, { checkpoint, progress: ofAttempt }),
  });
}

export function stateAfter(...attempts: Attempted[]): GenerationState {
  return attempts.reduce(afterAttempt, initialState(null));
}

export const times = (count: number, attempted: Attempted): Attempted[] =>
  Array.from({ length: count }, () => attempted);
