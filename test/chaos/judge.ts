/** One generation, judged: what is wrong with it, if anything, and what it cost. Pure. */
import type { Finding, GenerationFacts } from './facts.ts';
import { judgeLoss } from './judgeLoss.ts';
import { judgeText } from './judgeText.ts';
import { judgeTiming } from './judgeTiming.ts';

export interface Judgement {
  findings: readonly Finding[];
  /** Sent to add to the text, and not in it: paid for more than once, or for nothing. */
  regeneratedCharacters: number;
}

export function judge(facts: GenerationFacts): Judgement {
  const sent = facts.records.reduce((sum, { continuation }) => sum + continuation.length, 0);
  return {
    findings: [...judgeText(facts), ...judgeLoss(facts), ...judgeTiming(facts)],
    regeneratedCharacters: Math.max(0, sent - (facts.document?.text.length ?? 0)),
  };
}
