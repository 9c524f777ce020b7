/**
 * One streamed request to the Messages API, watched: text as it comes, and how it ended.
 *
 * This is where a stall is noticed. What counts as content and for how long silence is allowed is decided in
 * `watch.ts`; what may be believed of a stream in `message.ts`; here their answers are carried out.
 */
import { APIError } from '@anthropic-ai/sdk';
import type { Anthropic } from '@anthropic-ai/sdk';
import type { Phase, Silence, Usage } from '../generation/attempt.ts';
import type { GenerationError } from '../generation/error.ts';
import type { ContentBlock, MessageRequest } from '../generation/request.ts';
import { classifyErrorEvent, classifyError } from './classifyError.ts';
import type { ClassifiedError } from './classifyError.ts';
import { lostConnection } from './connectionError.ts';
import type { ConnectionErrorKind } from './connectionError.ts';
import { createBlockCollector } from './contentBlocks.ts';
import { createDeadlineTimer } from './deadlineTimer.ts';
import { advanceMessage, NEW_MESSAGE } from './message.ts';
import type { MessageStep } from './message.ts';
import { createEventReader } from './serverSentEvents.ts';
import { readStreamEvent } from './streamEvent.ts';
import { sendStreamed, whatIsNoEventStream } from './streamRequest.ts';
import { usageSoFar } from './usage.ts';
import { advanceWatch, checkWatch, deadlineOf, gapSoFar, startWatch } from './watch.ts';
import type { StreamLimits, WatchSignal } from './watch.ts';

export interface WatchOptions {
  client: Anthropic;
  message: MessageRequest;
  limits: StreamLimits;
  /** Ends the request and closes its socket. What `onText` was given until then stays given. */
  signal: AbortSignal;
  /** Gets each non-empty piece of text, in order, as it is read. `stop` ends the stream as `aborted`. */
  onText(text: string): 'go_on' | 'stop';
  /** Called once, when the endpoint has taken the request and begins a stream of events. */
  onAccepted?(): void;
  /** Whether the message's content is to be handed over with its end, fit to be sent back. Default: no. */
  collectBlocks?: boolean;
  /** Monotonic milliseconds. */
  now?: () => number;
}

/** Figures so far; they stand still once the stream has ended. */
export interface StreamProgress {
  phase: Phase;
  /** From sending the request to the first text or thought. */
  firstTokenMs: number | null;
  /** The longest silence between two contents, the one that ended in a stall included. */
  longestGapMs: number | null;
  msSinceContent: number | null;
  /** Null until the message started. */
  usage: Usage | null;
  simulated: boolean;
  /** Text and thoughts received. */
  outputCharacters: number;
  requestId: string | null;
}

export type StreamEnd =
  | {
      kind: 'message_end';
      stopReason: string;
      stopSequence: string | null;
      /** Null when not asked for, and when not all of them were understood. */
      blocks: readonly ContentBlock[] | null;
    }
  | { kind: 'stalled'; phase: Phase; silence: Silence; detectedAfterMs: number }
  | { kind: 'connection_lost'; error: GenerationError }
  | { kind: 'api_error'; error: GenerationError; permanent: boolean }
  | { kind: 'aborted' };

export interface WatchedStream {
  progress(): StreamProgress;
  /** Never rejects. When it resolves, the socket is being closed and `onText` will not be called again. */
  ended: Promise<StreamEnd>;
}

/** Sends the request at once. */
export function watchStream(options: WatchOptions): WatchedStream {
  const { client, limits, signal, onText, now = () => performance.now() } = options;
  // Of its own, so that the request can be ended from here too, and nothing stays behind on the caller's signal.
  const request = new AbortController();
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let watch = startWatch(now());
  let message = NEW_MESSAGE;
  let outputCharacters = 0;
  let simulated = false;
  let requestId: string | null = null;
  /** When the bytes that are being looked at were read: the clock is asked once for each chunk. */
  let readAt = watch.sentAt;
  let chunkCompletedSomething = false;
  let endedAt: number | null = null;
  let whole = false;
  let resolveEnded: (end: StreamEnd) => void;
  const ended = new Promise<StreamEnd>((resolve) => (resolveEnded = resolve));

  const collector = options.collectBlocks === true ? createBlockCollector() : null;
  const timer = createDeadlineTimer(now, judgeSilence, () => watch.phase === 'connect');
  const events = createEventReader({
    onEvent(name, data) {
      chunkCompletedSomething = true;
      if (endedAt !== null) return;
      const event = readStreamEvent(name, data);
      collector?.take(event, data);
      const { state, step } = advanceMessage(message, event);
      message = state;
      take(step);
    },
    onComment() {
      chunkCompletedSomething = true;
      note({ kind: 'comment' });
    },
    onBroken: (reason) => lose('malformed_event', reason),
  });

  function end(how: StreamEnd): void {
    if (endedAt !== null) return;
    endedAt = now();
    whole = how.kind === 'message_end';
    timer.stop();
    signal.removeEventListener('abort', onAbort);
    // Many streams may stall at once, and closing sockets takes its time: first each is noticed, then all are closed.
    if (how.kind === 'stalled') setImmediate(close);
    else close();
    resolveEnded(how);
  }

  /** Either alone closes the socket, each in its own part of the request's life: before the headers, and after. */
  function close(): void {
    request.abort();
    body?.cancel().catch(() => {});
  }

  function onAbort(): void {
    end({ kind: 'aborted' });
  }

  function lose(kind: ConnectionErrorKind, detail: string | null): void {
    endWithError({ kind: 'connection_lost', error: lostConnection(kind, detail), permanent: false });
  }

  function endWithError({ kind, error, permanent }: ClassifiedError): void {
    requestId ??= error.requestId ?? null;
    const known = requestId === null ? error : { ...error, requestId };
    end(kind === 'api_error' ? { kind, error: known, permanent } : { kind, error: known });
  }

  function endMessage(stopReason: string, stopSequence: string | null): void {
    end({ kind: 'message_end', stopReason, stopSequence, blocks: collector?.blocks() ?? null });
  }

  /** The stop reason came and then the stream was closed, or stayed silent: nothing of the message is missing. */
  function endWhole(): void {
    const { stopReason, stopSequence } = message;
    if (stopReason === null) lose('ended_early', null);
    else endMessage(stopReason, stopSequence);
  }

  function judgeSilence(): void {
    const at = now();
    const verdict = checkWatch(watch, limits, at);
    switch (verdict.kind) {
      case 'wait':
        timer.moveTo(at + verdict.inMs);
        return;
      case 'closed':
        endWhole();
        return;
      case 'stalled': {
        watch = { ...watch, longestGapMs: gapSoFar(watch, at) };
        const { kind, phase, silence, silentMs } = verdict;
        end({ kind, phase, silence, detectedAfterMs: Math.round(silentMs) });
        return;
      }
      default:
        verdict satisfies never;
    }
  }

  function note(signalled: WatchSignal): void {
    watch = advanceWatch(watch, signalled, readAt);
  }

  function deliver(text: string): void {
    note({ kind: 'text' });
    outputCharacters += text.length;
    if (onText(text) === 'stop') end({ kind: 'aborted' });
  }

  function noteThinking(characters: number): void {
    note({ kind: 'thinking' });
    outputCharacters += characters;
  }

  function take(step: MessageStep): void {
    switch (step.kind) {
      case 'text':
        return deliver(step.text);
      case 'thinking':
        return noteThinking(step.characters);
      case 'other_content':
      case 'block_closed':
      case 'stop_reason':
        return note(step);
      case 'block_opened':
        note({ kind: 'block_opened', thinking: step.block === 'thinking' });
        if (step.initial === '') return;
        return step.block === 'text' ? deliver(step.initial) : noteThinking(step.initial.length);
      case 'no_content':
        return note({ kind: 'ping' });
      case 'started':
        return;
      case 'message_stop':
        return endMessage(step.stopReason, step.stopSequence);
      case 'api_error':
        return endWithError(classifyErrorEvent(step, requestId));
      case 'not_believed':
        return lose(step.error, step.what);
      default:
        step satisfies never;
    }
  }

  function read(chunk: Uint8Array): void {
    readAt = now();
    chunkCompletedSomething = false;
    events.feed(chunk);
    if (endedAt !== null) return;
    // Bare line ends are left out: the blank line after a comment completes nothing either.
    if (!chunkCompletedSomething && chunk.some((byte) => byte !== 10 && byte !== 13))
      note({ kind: 'unfinished' });
    timer.moveTo(deadlineOf(watch, limits));
  }

  function takeHeaders(headers: Headers): void {
    simulated = headers.has('x-throughline-simulator');
    requestId = headers.get('request-id');
  }

  async function run(): Promise<void> {
    const response = await sendStreamed(client, options.message, request.signal);
    if (endedAt !== null) {
      // Ended in the very turn the headers came.
      response.body?.cancel().catch(() => {});
      return;
    }
    readAt = now();
    note({ kind: 'headers' });
    takeHeaders(response.headers);
    const wrongType = whatIsNoEventStream(response);
    if (wrongType !== null) return lose('not_an_event_stream', wrongType);
    options.onAccepted?.();
    timer.moveTo(deadlineOf(watch, limits));
    body = response.body?.getReader();
    while (body !== undefined && endedAt === null) {
      const { done, value } = await body.read();
      if (done) break;
      read(value);
    }
    endWhole();
  }

  if (signal.aborted) onAbort();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    timer.moveTo(deadlineOf(watch, limits));
    run().catch((error: unknown) => {
      if (endedAt !== null) return;
      if (watch.phase === 'closing') return endWhole();
      if (error instanceof APIError && error.headers !== undefined) takeHeaders(error.headers);
      endWithError(classifyError(error));
    });
  }

  return {
    ended,
    progress() {
      const { phase, firstTokenAt, sentAt, longestGapMs, lastContentAt } = watch;
      return {
        phase,
        firstTokenMs: firstTokenAt === null ? null : Math.round(firstTokenAt - sentAt),
        longestGapMs: longestGapMs === null ? null : Math.round(longestGapMs),
        msSinceContent: lastContentAt === null ? null : Math.round((endedAt ?? now()) - lastContentAt),
        usage: usageSoFar(message, outputCharacters, whole),
        simulated,
        outputCharacters,
        requestId,
      };
    },
  };
}
