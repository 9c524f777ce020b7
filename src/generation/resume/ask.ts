/** What the Messages API is asked, so that a model goes on from the cut text. */
import type { ContinuationForm } from '../attempt.ts';
import type { ContentBlock, Message } from '../request.ts';
import { CONTINUATION_PROMPT, askInWords, quotesTheText, quoting } from './question.ts';

export interface Question {
  messages: Message[];
  /** The words that were put to the model, the text itself left out. */
  words: string;
}

/** @param prompt the request's own wording; null takes the project's */
export function askToGoOn(
  messages: readonly Message[],
  {
    cutText,
    anchor,
    form,
    prompt,
  }: { cutText: string; anchor: string; form: ContinuationForm; prompt: string | null },
): Question {
  const wording = prompt ?? CONTINUATION_PROMPT;
  const quoted = form === 'quoted' || quotesTheText(wording);
  const asked = quoted ? quoting(wording) : wording;
  const question: Message = { role: 'user', content: askInWords(asked, cutText, anchor) };
  return {
    messages: quoted
      ? [...messages, question]
      : [...messages, { role: 'assistant', content: cutText }, question],
    words: askInWords(asked, '', anchor),
  };
}

/** The cut text as the last assistant message, behind what the request itself may have put into the model's mouth. */
export function askByPrefill(messages: readonly Message[], cutText: string): Message[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [...messages, { role: 'assistant', content: cutText }];
  return [...messages.slice(0, -1), { role: 'assistant', content: appended(last.content, cutText) }];
}

/**
 * A turn that the model paused, sent back as it came, goes on by itself.
 * Source: the Messages API's documentation of `pause_turn`, read 2026-11.
 */
export function askPausedTurn(messages: readonly Message[], content: readonly ContentBlock[]): Message[] {
  return [...messages, { role: 'assistant', content: [...content] }];
}

function appended(content: string | ContentBlock[], text: string): string | ContentBlock[] {
  if (typeof content === 'string') return content + text;
  const last = content.at(-1);
  if (last?.type !== 'text') return [...content, { type: 'text', text }];
  return [...content.slice(0, -1), { ...last, text: (last.text ?? '') + text }];
}
