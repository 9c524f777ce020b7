/**
 * What a request asks: which conversation it belongs to, and which text it wants continued, and how.
 *
 * Pure. A conversation is what all attempts at one text share: the system prompt and the messages before the partial
 * text. The model is no part of it, so an attempt on a fall-back model continues the same text.
 */
import { blocksOf, textOf } from './messagesRequest.ts';
import type { ContentBlock, Message, MessagesRequest } from './messagesRequest.ts';
import { digest } from './random.ts';

export type AskedResume = 'none' | 'prefill' | 'continuation';

export interface Ask {
  /** The conversation's key. */
  conversation: string;
  /** Its first user text. */
  prompt: string;
  /** All its user texts. */
  userText: string;
  resume: AskedResume;
  /** The text to be continued; empty when there is none. */
  partial: string;
  /** The words the reply should begin with; null unless `resume` is `continuation`. */
  anchor: string | null;
}

export function readAsk(request: MessagesRequest): Ask {
  const { shared, ...asked } = splitMessages(request.messages);
  const userTexts = shared.filter(({ role }) => role === 'user').map(({ content }) => textOf(content));
  return {
    conversation: keyOf(request.system, shared),
    prompt: userTexts[0] ?? '',
    userText: userTexts.join('\n'),
    ...asked,
  };
}

/** How the request's continuation question is worded, quoted text and all; empty where it asks none. */
export function questionOf({ messages }: Pick<MessagesRequest, 'messages'>): string {
  const last = messages.at(-1);
  return last?.role === 'user' ? (findQuestion(last)?.text ?? '') : '';
}

interface Split extends Pick<Ask, 'resume' | 'partial' | 'anchor'> {
  /** The messages that all attempts share. */
  shared: readonly Message[];
}

function splitMessages(messages: readonly Message[]): Split {
  const last = messages.at(-1);
  const before = messages.slice(0, -1);
  if (last?.role === 'assistant') {
    return { shared: before, resume: 'prefill', partial: textOf(last.content), anchor: null };
  }
  const question = last === undefined ? null : findQuestion(last);
  if (question === null) return { shared: messages, resume: 'none', partial: '', anchor: null };

  const quoted = longest(between(question.text, 'partial'));
  const spoken = before.at(-1);
  if (quoted === null && question.earlier === null && spoken?.role === 'assistant') {
    const partial = textOf(spoken.content);
    return {
      shared: before.slice(0, -1),
      resume: 'continuation',
      partial,
      anchor: findAnchor(question, partial),
    };
  }
  const partial = quoted ?? '';
  return {
    shared: question.earlier === null ? before : [...before, question.earlier],
    resume: 'continuation',
    partial,
    anchor: findAnchor(question, partial),
  };
}

interface Question {
  text: string;
  /** What of the user turn was there before the question was added to it as further blocks. */
  earlier: Message | null;
}

function findQuestion(turn: Message): Question | null {
  if (between(textOf(turn.content), 'last_words').length === 0) return null;
  if (typeof turn.content === 'string') return { text: turn.content, earlier: null };
  const first = turn.content.findIndex(({ text }) => /<(?:partial|last_words)>/.test(text ?? ''));
  const earlier = first > 0 ? { ...turn, content: turn.content.slice(0, first) } : null;
  return { text: textOf(turn.content.slice(Math.max(0, first))), earlier };
}

/** A question may also speak of its own tags; the anchor is the candidate that the partial text ends with. */
function findAnchor({ text }: Question, partial: string): string {
  const candidates = between(text, 'last_words');
  return candidates.find((words) => partial.endsWith(words)) ?? candidates.at(-1) ?? '';
}

/** What stands between each opening of a tag and the closing next to it. */
function between(text: string, tag: string): string[] {
  const opening = `<${tag}>`;
  const found: string[] = [];
  for (let start = text.indexOf(opening); start !== -1; start = text.indexOf(opening, start + 1)) {
    const end = text.indexOf(`</${tag}>`, start);
    if (end !== -1) found.push(text.slice(start + opening.length, end));
  }
  return found;
}

function longest(texts: readonly string[]): string | null {
  return texts.reduce<string | null>(
    (best, text) => (best === null || text.length > best.length ? text : best),
    null,
  );
}

/** Cache breakpoints come and go between attempts, and a string is the same as one text block. */
function keyOf(system: MessagesRequest['system'], messages: readonly Message[]): string {
  const content = (blocks: readonly ContentBlock[]): unknown =>
    blocks.map(({ cache_control: _breakpoint, ...block }) => block);
  return digest(
    JSON.stringify([
      content(blocksOf(system)),
      messages.map((message) => [message.role, content(blocksOf(message.content))]),
    ]),
  );
}
