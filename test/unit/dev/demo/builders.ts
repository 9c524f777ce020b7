import type { AttemptRecord } from '../../../../src/client/index.ts';

export function attemptRecord(changes: Partial<AttemptRecord>): AttemptRecord {
  return {
    number: 1,
    model: 'claude-sonnet-5-5',
    resume: 'none',
    outcome: 'complete',
    phase: null,
    silence: null,
    startedAt: null,
    endedAt: null,
    keptCharacters: 0,
    regeneratedCharacters: 0,
    firstTokenMs: null,
    longestGapMs: null,
    detectedAfterMs: null,
    stopReason: null,
    seam: null,
    usage: null,
    error: null,
    ...changes,
  };
}
