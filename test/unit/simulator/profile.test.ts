import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFault } from '../../../src/simulator/faults.ts';
import { loadProfileFile, parseProfile } from '../../../src/simulator/profile.ts';

function problems(profile: unknown): string[] {
  const parsed = parseProfile(profile);
  return parsed.ok ? [] : parsed.problems;
}

describe('a profile', () => {
  it('may leave everything out', () => {
    expect(parseProfile({})).toMatchObject({
      ok: true,
      profile: {
        charactersPerDelta: 12,
        deltasPerSecond: 100,
        firstTokenMs: 20,
        pingEveryMs: 1_000,
        textKind: 'prose',
        countTokens: 'answers',
        faults: [],
      },
    });
  });

  it('may be divergent in prose, or of another kind when it is not', () => {
    expect(problems({ divergent: true, textKind: 'prose' })).toEqual([]);
    expect(problems({ textKind: 'japanese' })).toEqual([]);
  });

  it('once parsed is a profile again', () => {
    const parsed = parseProfile({ faults: [{ kind: 'stall', attempt: 1 }] });
    expect(parsed.ok && parseProfile(parsed.profile)).toEqual(parsed);
  });

  it.each([
    [7, 'the profile: received 7; write an object in braces.'],
    [{ chars: 3 }, 'chars is no field of a profile (received 3): remove it or mend its name.'],
    [{ deltasPerSecond: -1 }, 'deltasPerSecond: received -1; write 0 or more.'],
    [{ seed: 1.5 }, 'seed: received 1.5; write a whole number.'],
    [{ characters: NaN }, 'characters: received NaN; write a number.'],
    [{ lineEnding: 'lfcr' }, 'lineEnding: received "lfcr"; write "lf" or "crlf" or "cr".'],
    [{ thinking: { durationMs: '1' } }, 'thinking.durationMs: received "1"; write a number.'],
    [
      { textKind: 'poetry', divergent: true },
      'textKind: received "poetry"; write "prose" or leave it out, or "divergent" instead: a divergent text is always prose.',
    ],
    [{ countTokens: 'maybe' }, 'countTokens: received "maybe"; write "answers" or "fails" or "hangs".'],
    [{ chaos: { share: 2 } }, 'chaos.share: received 2; write 1 or less.'],
    [{ capacity: { concurrent: 0 } }, 'capacity.concurrent: received 0; write 1 or more.'],
    [{ capacity: { concurrent: 1, status: 500 } }, 'capacity.status: received 500; write 429 or 529.'],
    [{ continuation: [] }, 'continuation: received []; do not leave it empty.'],
    [
      { faults: [{ kind: 'stall', every: true, everyMs: 0 }] },
      'faults[0].everyMs: received 0; write 1 or more.',
    ],
    [
      { faults: [{ kind: 'reset' }] },
      'faults[0]: received {"kind":"reset"}; give exactly one of "attempt" (a number from 1) and "every" (true).',
    ],
    [
      { faults: [{ kind: 'status', attempt: 1, status: 529, headers: { 'a b': 'c' } }] },
      'faults[0].headers.a b: received "c"; name headers with letters, digits and hyphens only.',
    ],
  ])('%j is refused with its path, its value and the repair', (profile, problem) => {
    expect(problems(profile)).toEqual([problem]);
  });

  it('with several problems names each, and for an unknown fault all kinds there are', () => {
    const found = problems({ characters: 0, faults: [{ kind: 'stal', attempt: 1 }] });
    expect(found).toHaveLength(2);
    expect(found[1]).toMatch(/^faults\[0\]\.kind: received "stal"; write one of "stall", "no_headers"/);
  });
});

describe('a profile file', () => {
  it('is read; one that is missing or no JSON is a problem that names it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'profile-'));
    try {
      const good = join(folder, 'good.json');
      await writeFile(good, '{"characters": 77}');
      expect(await loadProfileFile(good)).toMatchObject({ ok: true, profile: { characters: 77 } });

      const bad = join(folder, 'bad.json');
      await writeFile(bad, '{');
      for (const path of [bad, join(folder, 'missing.json')]) {
        const loaded = await loadProfileFile(path);
        expect(loaded.ok).toBe(false);
        expect(!loaded.ok && loaded.problems[0]).toContain(path);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('the first fault that fits attempt, model and prompt is the one', () => {
  const parsed = parseProfile({
    faults: [
      { kind: 'reset', attempt: 1, model: 'a' },
      { kind: 'eof', attempt: 2, promptIncludes: 'moon' },
      { kind: 'no_headers', every: true, model: 'b' },
    ],
  });
  const faults = parsed.ok ? parsed.profile.faults : [];
  const kind = (attempt: number, model: string, userText = 'sun'): string | undefined =>
    findFault(faults, { attempt, model, userText })?.kind;
  expect(kind(1, 'a')).toBe('reset');
  expect(kind(2, 'a')).toBeUndefined();
  expect(kind(2, 'b', 'a moon')).toBe('eof');
  expect(kind(1, 'b')).toBe('no_headers');
  expect(kind(9, 'b')).toBe('no_headers');
});
