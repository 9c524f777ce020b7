/** How a followed generation is doing, on stderr: one line redrawn on a terminal, elsewhere a line when something changed. */
import type { LiveAttempt } from '../client/index.ts';
import type { GenerationStatus, ResultDocument } from '../generation/result.ts';
import { formatClock } from './duration.ts';

export interface StatusView {
  status: GenerationStatus;
  attempt: number | null;
  phase: string | null;
  /** Received so far, what may yet be taken back included. */
  characters: number;
  sinceContentMs: number | null;
  budgetLeftMs: number | null;
}

export interface Progress {
  document: Pick<ResultDocument, 'status' | 'text'>;
  live: LiveAttempt | null;
  /** Milliseconds since the epoch. */
  budgetEndsAt: number | null;
}

export function viewOf({ document, live, budgetEndsAt }: Progress, now: number): StatusView {
  const lastContentAt = live?.lastContentAt ?? null;
  return {
    status: document.status,
    attempt: live?.number ?? null,
    phase: live?.phase ?? null,
    characters: document.text.length,
    // Two machines' clocks: the worker's may be ahead of ours.
    sinceContentMs: lastContentAt === null ? null : Math.max(0, now - lastContentAt),
    budgetLeftMs: budgetEndsAt === null ? null : budgetEndsAt - now,
  };
}

export function formatStatus(view: StatusView): string {
  const parts: string[] = [view.status];
  if (view.attempt !== null) parts.push(`attempt ${view.attempt}`);
  if (view.phase !== null) parts.push(view.phase);
  parts.push(`${count(view.characters)} characters`);
  if (view.sinceContentMs !== null) parts.push(`${Math.floor(view.sinceContentMs / 1_000)} s since content`);
  if (view.budgetLeftMs !== null) parts.push(`${formatClock(view.budgetLeftMs)} left`);
  return parts.join(' · ');
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export interface StatusStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface StatusLineOptions {
  /** Whether the text goes to the same terminal: then the status stands on the line below it. */
  belowText: boolean;
  /** Milliseconds, of any origin. */
  now: () => number;
}

export interface StatusLine {
  show(view: StatusView): void;
  /** Temporal is out of reach; `message` is the first reason. */
  unreachable(message: string): void;
  /** Before anything else is printed. */
  clear(): void;
}

const SAY_AGAIN_MS = 10_000;
const CLEAR = '\r\u001b[2K';
/**
 * Makes room for a line below the cursor, saves the place, goes there. Not simply "save, line feed, restore": at the
 * bottom of the screen the line feed scrolls, and the saved place is then one line too low.
 */
const TO_LINE_BELOW = '\u001bD\u001b[A\u001b7\u001b[B';
const BACK = '\u001b8';

export function createStatusLine(stream: StatusStream, options: StatusLineOptions): StatusLine {
  return stream.isTTY === true ? redrawnLine(stream, options) : plainLines(stream, options);
}

function redrawnLine(stream: StatusStream, { belowText }: StatusLineOptions): StatusLine {
  let drawn = false;
  const put = (text: string): void => {
    stream.write(belowText ? `${TO_LINE_BELOW}${CLEAR}${text}${BACK}` : `${CLEAR}${text}`);
  };
  const draw = (text: string): void => {
    // A line that wraps cannot be cleared again.
    put(text.slice(0, (stream.columns ?? 80) - 1));
    drawn = true;
  };
  return {
    show: (view) => draw(formatStatus(view)),
    unreachable: (message) => draw(unreachableText(message)),
    clear() {
      if (drawn) put('');
      drawn = false;
    },
  };
}

function plainLines(stream: StatusStream, { now }: StatusLineOptions): StatusLine {
  let saidKey: string | null = null;
  let saidAt = 0;
  const say = (key: string, line: string): void => {
    if (key === saidKey && now() - saidAt < SAY_AGAIN_MS) return;
    saidKey = key;
    saidAt = now();
    stream.write(`${line}\n`);
  };
  return {
    show: (view) => say(JSON.stringify([view.status, view.attempt, view.phase]), formatStatus(view)),
    unreachable: (message) => say('unreachable', unreachableText(message)),
    clear: () => undefined,
  };
}

function unreachableText(message: string): string {
  return `Temporal is out of reach (${message.split('\n')[0] ?? ''}); still trying`;
}
