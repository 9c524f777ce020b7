/** What a request's input is counted as, by the simulator's arithmetic. */
import { tokensOf } from './ending.ts';
import { textOf } from './messagesRequest.ts';
import type { CountRequest } from './messagesRequest.ts';

/** The same for a message and for a request to count: a client may compare the two. */
export function inputTokensOf({ system, messages, tools }: CountRequest): number {
  const texts = [system, ...messages.map(({ content }) => content)].map((content) => textOf(content));
  // Of a tool, name, description and schema are all read.
  const written = [...texts, ...(tools ?? []).map((tool) => JSON.stringify(tool) ?? '')];
  return tokensOf(written.reduce((sum, text) => sum + text.length, 0));
}
