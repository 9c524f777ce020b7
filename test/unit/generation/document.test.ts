import { describe, expect, it } from 'vitest';
import type { Standing } from '../../../src/generation/document.ts';
import { resultDocument } from '../../../src/generation/document.ts';
import { fold, initialState } from '../../../src/generation/fold.ts';
import { ENDS, EPOCH, HAIKU, SONNET, plan, record, request, stateAfter } from './builders.ts';

const standing = (overrides: Partial<Standing> = {}): Standing => ({
  status: 'complete',
  stopReason: 'end_turn',
  error: null,
  enqueuedAt: EPOCH - 12,
  endedAt: EPOCH + 5_000,
  ...overrides,
});
const seam = (verified: boolean) =>
  ({ kind: verified ? 'anchor' : 'plain', trimmedCharacters: 0, evidence: 'none', verified }) as const;

describe('the result document', () => {
  it('says all that is known of a generation that ended', () => {
    const state = stateAfter({ end: ENDS.whole, adds: 3 });
    expect(resultDocument(request(), state, standing())).toEqual({
      id: 'article-42',
      status: 'complete',
      complete: true,
      verified: true,
      simulated: false,
      text: 'xxx',
      stopReason: 'end_turn',
      model: HAIKU,
      enqueuedAt: new Date(EPOCH - 12).toISOString(),
      startedAt: new Date(EPOCH).toISOString(),
      endedAt: new Date(EPOCH + 5_000).toISOString(),
      queuedMs: 12,
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      error: null,
      attempts: state.attempts,
    });
  });

  it.each(['queued', 'running', 'paused', 'incomplete', 'timed_out', 'failed', 'cancelled'] as const)(
    'is not complete while or when it is %s, but holds the text',
    (status) => {
      const document = resultDocument(
        request(),
        stateAfter({ end: ENDS.lost, adds: 3 }),
        standing({ status }),
      );
      expect(document).toMatchObject({ status, complete: false, text: 'xxx' });
    },
  );

  it('is verified when every seam is', () => {
    const of = (...seams: (ReturnType<typeof seam> | null)[]): boolean => {
      const attempts = seams.map((each, index) => record({ number: index + 1, seam: each }));
      return resultDocument(request(), { ...initialState(null), attempts }, standing()).verified;
    };
    expect([of(), of(null, seam(true)), of(seam(false), seam(true))]).toEqual([true, true, false]);
  });

  it('names the model that answered last, else the one at work, else the one asked for', () => {
    const modelOf = (state: ReturnType<typeof initialState>) =>
      resultDocument(request(), state, standing()).model;
    const atWork = fold(initialState(null), { kind: 'attempt_scheduled', plan: plan({ model: SONNET }) });
    expect(modelOf(initialState(null))).toBe(HAIKU);
    expect(modelOf(atWork)).toBe(SONNET);
    expect(modelOf({ ...atWork, attempts: [record({ model: 'claude-opus-5' })] })).toBe('claude-opus-5');
  });

  it('knows of no start and no wait while it is queued', () => {
    const document = resultDocument(
      request(),
      initialState(null),
      standing({ status: 'queued', endedAt: null }),
    );
    expect(document).toMatchObject({ startedAt: null, queuedMs: null, endedAt: null });
  });

  it('begins with the first attempt of its own run, one at work included', () => {
    const carried = {
      text: 'kept',
      attempts: [record({ startedAt: new Date(EPOCH - 9_000).toISOString() })],
      simulated: false,
    };
    const asked = fold(initialState(carried), { kind: 'attempt_scheduled', plan: plan({ number: 2 }) });
    const atWork = fold(asked, { kind: 'attempt_started', number: 2, at: EPOCH + 88 });
    expect(resultDocument(request(), asked, standing()).startedAt).toBeNull();
    expect(resultDocument(request(), atWork, standing())).toMatchObject({
      startedAt: new Date(EPOCH + 88).toISOString(),
      queuedMs: 100,
    });
  });

  it('never tells of a negative wait, though the clocks differ', () => {
    const state = stateAfter({ end: ENDS.whole, adds: 3 });
    expect(resultDocument(request(), state, standing({ enqueuedAt: EPOCH + 40 })).queuedMs).toBe(0);
  });
});
