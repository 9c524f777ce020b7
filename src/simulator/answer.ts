/** Which text a request is answered with. Pure: from the conversation so far and what is asked now. */
import type { Behaviour } from './behaviours.ts';
import type { Ask } from './conversation.ts';
import { wordContinuation } from './continuation.ts';
import type { ReplyText } from './continuation.ts';
import type { Directives } from './directives.ts';
import { chainsOf, findChain } from './log.ts';
import type { RequestRecord } from './log.ts';
import type { Settings } from './profile.ts';
import { endsSentence, writeContinuation, writeText } from './text.ts';

export interface Conversation {
  key: string;
  /** Its first user text. */
  prompt: string;
  /** About how long its text is to be. */
  characters: number;
  /** What else its prompt asks for; absent where it asks for nothing. */
  asked?: Directives;
  /** The assistant's words the request itself began the reply with. */
  opening: string;
  /** As its latest request has them. */
  stopSequences: readonly string[];
  /** Its requests before the one at hand. */
  records: readonly RequestRecord[];
}

export interface Answer extends ReplyText {
  behaviour: Behaviour | null;
  mismatch: boolean;
}

/** The length a prompt asks for, as in `[characters: 3000]`; null without one. */
export function askedCharacters(userText: string): number | null {
  const asked = userText.match(/\[characters:\s*(\d{1,7})\]/)?.[1];
  return asked === undefined ? null : Math.max(1, Number(asked));
}

/** The whole text of a conversation, when it is the same for each request. */
export function canonicalText(settings: Settings, conversation: Conversation): string {
  const kind = conversation.asked?.textKind ?? settings.textKind;
  return writeText(`${settings.seed}/${conversation.key}`, conversation.characters, kind);
}

/**
 * What a client should hold in the end, as far as it is known by now.
 *
 * In divergent mode it is the chain of what was said; otherwise the whole text, up to the first stop sequence.
 */
export function truthOf(settings: Settings, conversation: Conversation): string {
  if (settings.divergent) return chainsOf(conversation.records).at(-1) ?? '';
  const text = canonicalText(settings, conversation);
  const ends = conversation.stopSequences.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0);
  return text.slice(0, Math.min(text.length, ...ends));
}

/** `question`: how a continuation question is worded. */
export function answerTo(settings: Settings, conversation: Conversation, ask: Ask, question = ''): Answer {
  const { rest, known } = continueText(settings, conversation, ask.partial);
  const mismatch = !known || (ask.anchor !== null && !ask.partial.endsWith(ask.anchor));
  if (ask.anchor === null) {
    return { text: rest, leadCharacters: 0, trailCharacters: 0, behaviour: null, mismatch };
  }
  const behaviour = behaviourOf(settings, conversation);
  const words = { anchor: ask.anchor, partial: ask.partial, rest, question };
  return { ...wordContinuation(behaviour, words), behaviour, mismatch };
}

function behaviourOf(settings: Settings, { asked, records }: Conversation): Behaviour {
  const behaviours = asked?.answers ?? settings.continuation;
  if (typeof behaviours === 'string') return behaviours;
  const questions = records.filter(({ resume }) => resume === 'continuation').length;
  return behaviours[questions] ?? behaviours.at(-1) ?? 'echo';
}

interface Rest {
  /** What follows the partial text, its white space included. */
  rest: string;
  /** Whether the partial text is one that was said. */
  known: boolean;
}

function continueText(settings: Settings, conversation: Conversation, partial: string): Rest {
  const seed = `${settings.seed}/${conversation.key}/${conversation.records.length + 1}`;
  if (!settings.divergent) {
    const text = canonicalText(settings, conversation);
    if (text.startsWith(partial)) return { rest: text.slice(partial.length), known: true };
    return { rest: continueUnknown(seed, conversation, partial, text), known: false };
  }
  if (partial === '') return { rest: writeText(seed, conversation.characters), known: true };
  const chains = chainsOf(conversation.records);
  const chain = findChain(chains, partial);
  if (chain !== null) return { rest: diverge(seed, conversation, partial, chain), known: true };
  return { rest: continueUnknown(seed, conversation, partial, chains.at(-1) ?? ''), known: false };
}

/** The white space that followed is said again, for a client may hold it already; every word after it is new. */
function diverge(seed: string, { characters }: Conversation, partial: string, chain: string): string {
  const said = chain.slice(partial.length);
  const whiteSpace = /^\s*/.exec(said)?.[0] ?? '';
  const newSentence = endsSentence(partial.trimEnd()) || whiteSpace.includes('\n');
  const words = writeContinuation(seed, {
    already: partial.length + whiteSpace.length,
    characters,
    midSentence: !newSentence,
  });
  if (words === '') return '';
  const gap = said === '' && !/\s$/.test(partial) ? ' ' : whiteSpace;
  return gap + words;
}

/** In prose, whatever the text is: a complaint that looked like the text would be overlooked. */
function continueUnknown(seed: string, { characters }: Conversation, partial: string, said: string): string {
  let alike = 0;
  while (alike < partial.length && partial[alike] === said[alike]) alike += 1;
  const complaint = `\n\n[MISMATCH: the simulator never said this; the partial text of ${partial.length} characters differs from character ${alike} on.]`;
  const words = writeContinuation(seed, { already: partial.length, characters, midSentence: false });
  return words === '' ? complaint : `${complaint}\n\n${words}`;
}
