/** What the simulator was asked and what it answered, request by request; and the truth, rebuilt from that. */
import type { Behaviour } from './behaviours.ts';
import type { AskedResume } from './conversation.ts';
import type { FaultKind } from './faults.ts';

/** Requests whose body is no Messages API request are not recorded: they belong to no conversation. */
export interface RequestRecord {
  /** Counts all requests, from 1. */
  number: number;
  /** The conversation's key. */
  conversation: string;
  /** Counts the conversation's requests, from 1. */
  attempt: number;
  model: string;
  /** When it arrived. All times are milliseconds since the epoch. */
  at: number;
  resume: AskedResume;
  /** The text to be continued (without a given opening); empty when there was none. */
  partial: string;
  anchor: string | null;
  maxTokens: number;
  /** How a continuation question was answered; null for any other request. */
  behaviour: Behaviour | null;
  /** The fault that struck; null while none has. */
  fault: FaultKind | null;
  /** When it struck. */
  struckAt: number | null;
  /** Whether the partial text is none that was said before, or does not end with the anchor. */
  mismatch: boolean;
  /** Of the response; null before there is one. */
  status: number | null;
  headersSent: boolean;
  /** All visible text written to the socket. */
  sentText: string;
  /** What of it continues the partial text: without echo, preamble, fence, restart, and what followed the message's end or a gap in it. */
  continuation: string;
  /** How long that becomes where nothing cuts the reply short; null where there is no stream. */
  plannedCharacters: number | null;
  sentCharacters: number;
  stopReason: string | null;
  endedAt: number | null;
  /** `fault`: as the fault demanded, or by the client after the fault struck. null: not yet. */
  ended: 'whole' | 'fault' | 'client_gone' | null;
  /** When the client closed a response that had not ended. */
  clientGoneAt: number | null;
  /** Only where the profile says `logBodies`. */
  body?: unknown;
}

/**
 * The text a client may hold after each of a conversation's requests, oldest first.
 *
 * A request that continued nothing leaves the client with what it held: the latest text that its partial begins.
 */
export function chainsOf(
  records: readonly Pick<RequestRecord, 'partial' | 'continuation'>[],
): readonly string[] {
  const chains: string[] = [];
  for (const { partial, continuation } of records) {
    const held = continuation === '' ? findChain(chains, partial) : partial + continuation;
    if (held !== null) chains.push(held);
  }
  return chains;
}

/**
 * The latest chain that begins with a partial text, or null: then nobody here said it.
 *
 * Not the last chain alone: an attempt that dies before its seam is joined leaves its client with the text of the one
 * before.
 */
export function findChain(chains: readonly string[], partial: string): string | null {
  return chains.findLast((chain) => chain.startsWith(partial)) ?? null;
}
