/** Where a reply ends, and why. Pure. */
import { cutAfter, cutBefore } from './characters.ts';
import type { Settings } from './profile.ts';

/** The simulator's arithmetic: a token is four characters, thinking included. */
const CHARACTERS_PER_TOKEN = 4;

export interface Ending {
  /** The reply's text, cut. */
  text: string;
  stopReason: string;
  stopSequence: string | null;
}

export interface EndingRules {
  maxTokens: number;
  thinkingCharacters: number;
  stopSequences: readonly string[];
  attempt: number;
}

export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Of all that could end the reply, what comes first does. */
export function endReply(text: string, rules: EndingRules, settings: Settings): Ending {
  const ends: Ending[] = [{ text, stopReason: 'end_turn', stopSequence: null }];

  for (const sequence of rules.stopSequences) {
    const at = text.indexOf(sequence);
    if (at >= 0) ends.push({ text: text.slice(0, at), stopReason: 'stop_sequence', stopSequence: sequence });
  }

  const affordable = Math.max(0, rules.maxTokens * CHARACTERS_PER_TOKEN - rules.thinkingCharacters);
  if (affordable < text.length) {
    ends.push({
      text: text.slice(0, cutBefore(text, affordable)),
      stopReason: 'max_tokens',
      stopSequence: null,
    });
  }

  const asked = stopReasonAsked(rules.attempt, settings);
  const after = settings.stopAfterCharacters ?? text.length;
  if (asked !== null && after <= text.length) {
    // First in the list: where it falls on the text's own end, it is the reason that was asked for.
    ends.unshift({ text: text.slice(0, cutAfter(text, after)), stopReason: asked, stopSequence: null });
  }

  return ends.reduce((first, end) => (end.text.length < first.text.length ? end : first));
}

function stopReasonAsked(attempt: number, settings: Settings): string | null {
  if (settings.stopReason === undefined) return null;
  if (settings.stopReason === 'pause_turn' && attempt > 1 && !settings.stopReasonEvery) return null;
  return settings.stopReason;
}
