import { describe, expect, it } from 'vitest';
import { endReply } from '../../../src/simulator/ending.ts';
import type { EndingRules } from '../../../src/simulator/ending.ts';
import { parseProfile } from '../../../src/simulator/profile.ts';
import type { SimulatorProfile } from '../../../src/simulator/profile.ts';

const TEXT = 'one two three four';

function end(rules: Partial<EndingRules>, profile: SimulatorProfile = {}, text = TEXT): (string | null)[] {
  const parsed = parseProfile(profile);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const all = { maxTokens: 100, thinkingCharacters: 0, stopSequences: [], attempt: 1, ...rules };
  const ending = endReply(text, all, parsed.profile);
  return [ending.text, ending.stopReason, ending.stopSequence];
}

describe('a reply ends', () => {
  it('by itself', () => {
    expect(end({})).toEqual([TEXT, 'end_turn', null]);
  });

  it('at max_tokens, four characters a token, thinking included; exactly at its length it is whole', () => {
    expect(end({ maxTokens: 2 })).toEqual(['one two ', 'max_tokens', null]);
    expect(end({ maxTokens: 2, thinkingCharacters: 5 })).toEqual(['one', 'max_tokens', null]);
    expect(end({ maxTokens: 2, thinkingCharacters: 99 })).toEqual(['', 'max_tokens', null]);
    expect(end({ maxTokens: 2 }, {}, 'one two.')).toEqual(['one two.', 'end_turn', null]);
    expect(end({ maxTokens: 1 }, {}, 'abc👩x')).toEqual(['abc', 'max_tokens', null]);
  });

  it('at the first stop sequence, which is not sent', () => {
    expect(end({ stopSequences: ['four', 'three'] })).toEqual(['one two ', 'stop_sequence', 'three']);
    expect(end({ stopSequences: ['one'] })).toEqual(['', 'stop_sequence', 'one']);
  });

  it('for the reason the profile gives, after as much text, or after all of it', () => {
    expect(end({}, { stopReason: 'refusal', stopAfterCharacters: 3 })).toEqual(['one', 'refusal', null]);
    expect(end({}, { stopReason: 'tool_use' })).toEqual([TEXT, 'tool_use', null]);
    expect(end({}, { stopReason: 'refusal', stopAfterCharacters: 99 })).toEqual([TEXT, 'end_turn', null]);
  });

  it('with pause_turn on the first attempt only, unless every', () => {
    const profile = { stopReason: 'pause_turn', stopAfterCharacters: 3 } as const;
    expect(end({}, profile)[1]).toBe('pause_turn');
    expect(end({ attempt: 2 }, profile)[1]).toBe('end_turn');
    expect(end({ attempt: 2 }, { ...profile, stopReasonEvery: true })[1]).toBe('pause_turn');
  });

  it('by whatever comes first', () => {
    expect(end({ maxTokens: 1, stopSequences: ['three'] })[1]).toBe('max_tokens');
    expect(end({ maxTokens: 3, stopSequences: ['three'] })[1]).toBe('stop_sequence');
  });
});
