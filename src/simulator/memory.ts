/** The simulator's memory: all requests, and the conversations they belong to. */
import { askedCharacters, truthOf } from './answer.ts';
import type { Conversation } from './answer.ts';
import type { Ask } from './conversation.ts';
import { readDirectives } from './directives.ts';
import type { RequestRecord } from './log.ts';
import type { Settings } from './profile.ts';

interface Remembered extends Conversation {
  records: RequestRecord[];
}

export interface Memory {
  settings: Settings;
  log: RequestRecord[];
  /** By key, oldest first. */
  conversations: Map<string, Remembered>;
  /** Requests to count tokens so far, however they ended. They belong to no conversation. */
  countTokensRequests: number;
  /** Responses being served at the moment. */
  serving: number;
}

export function createMemory(settings: Settings): Memory {
  return { settings, log: [], conversations: new Map(), countTokensRequests: 0, serving: 0 };
}

/** The conversation that a request belongs to, and the ask as it stands in it: without a given opening. */
export function recall(
  memory: Memory,
  ask: Ask,
  stopSequences: readonly string[],
): { conversation: Conversation; ask: Ask } {
  let known = memory.conversations.get(ask.conversation);
  if (known === undefined) {
    const opening = memory.settings.givenOpening && ask.resume === 'prefill' ? ask.partial : '';
    known = {
      key: ask.conversation,
      prompt: ask.prompt,
      characters: askedCharacters(ask.userText) ?? memory.settings.characters,
      asked: readDirectives(ask.userText, memory.settings),
      opening,
      stopSequences,
      records: [],
    };
    memory.conversations.set(known.key, known);
  }
  known.stopSequences = stopSequences;
  const partial = ask.partial.startsWith(known.opening)
    ? ask.partial.slice(known.opening.length)
    : ask.partial;
  // What is decided for this request must not see its own record, which is there as soon as it is remembered.
  return { conversation: { ...known, records: [...known.records] }, ask: { ...ask, partial } };
}

export function remember(memory: Memory, record: RequestRecord): void {
  memory.log.push(record);
  memory.conversations.get(record.conversation)?.records.push(record);
}

/**
 * The text a client should hold in the end, as far as it is known by now.
 *
 * Asked by conversation key, or by the conversation's first user text (the latest conversation that has it).
 * Throws a RangeError when there was no such conversation.
 */
export function truth(memory: Memory, keyOrPrompt: string): string {
  const conversation =
    memory.conversations.get(keyOrPrompt) ??
    [...memory.conversations.values()].findLast(({ prompt }) => prompt === keyOrPrompt);
  if (conversation === undefined) {
    throw new RangeError(
      `No request of a conversation ${JSON.stringify(keyOrPrompt)} has come to the simulator. Ask by its first user text, or by a key from the log.`,
    );
  }
  return truthOf(memory.settings, conversation);
}
