/** One attempt under way: a watched stream, its text joined, and how it ended. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Entry, Gates } from '../claude/gate.ts';
import { countTextTokens } from '../claude/tokenCounter.ts';
import type { StreamEnd, WatchedStream } from '../claude/watchedStream.ts';
import { watchStream } from '../claude/watchedStream.ts';
import type {
  AttemptEnd,
  AttemptProgress,
  AttemptReport,
  HeartbeatDetails,
  Resume,
  Usage,
} from '../generation/attempt.ts';
import type { AttemptInput } from '../generation/durable.ts';
import { mostTextBytes } from '../generation/durable.ts';
import { encodedBytes } from '../generation/encodedBytes.ts';
import type { ContentBlock } from '../generation/request.ts';
import { estimateTokens } from '../generation/tokens.ts';
import { AttemptText } from './attemptText.ts';
import type { Interruption } from './interruption.ts';
import type { Past } from './past.ts';
import type { PreparedAttempt } from './prepareAttempt.ts';
import { prepareAttempt } from './prepareAttempt.ts';

/** Beside the text itself (1.5 MB at most) this much fits into what Temporal carries in one piece. */
const MOST_PAUSED_TURN_BYTES = 262_144;
/** An estimate is not worth a longer wait before the next attempt. */
const COUNTING_MS = 1_000;

/** A generation that may fall back to another model waits so long for its turn, three times, before it does. */
const LONGEST_WAIT_BEFORE_FALLBACK_MS = 20_000;
/** Answers that say that there is no room, now or for this worker. */
const WANT_OF_ROOM: readonly (number | undefined)[] = [429, 503, 529];

/** The way to Claude, shared by all attempts of a worker. */
export interface Endpoint {
  claude: Anthropic;
  gates: Gates;
}

export class Attempt {
  readonly resume: Resume;
  readonly #claude: Anthropic;
  readonly #gates: Gates;
  readonly #past: Past;
  /** The turn that was sent back as it came. */
  readonly #sentTurn: Past['pausedTurn'];
  readonly #prepared: PreparedAttempt;
  readonly #interruption: Interruption;
  readonly #text: AttemptText;
  readonly #startedAt = Date.now();
  readonly #mostTextBytes: number;
  #stream: WatchedStream | null = null;

  constructor(
    { claude, gates }: Endpoint,
    past: Past,
    input: AttemptInput,
    resume: Resume,
    interruption: Interruption,
  ) {
    this.#claude = claude;
    this.#gates = gates;
    this.#past = past;
    this.#sentTurn = resume === 'prefill' ? past.pausedTurn : null;
    this.#prepared = prepareAttempt(past.request, past.keptText, input.plan, resume, this.#sentTurn);
    this.resume = this.#prepared.resume;
    this.#interruption = interruption;
    this.#text = AttemptText.behind(this.#prepared, past.keptText, past.unreportedFrom);
    this.#mostTextBytes = mostTextBytes(encodedBytes(past.request));
  }

  /** @param safeCharacters how much of the text needs no place in the report, asked when it is made */
  async run(safeCharacters: () => number | null): Promise<AttemptReport> {
    const streamEnd = await this.#streamed();
    if (streamEnd.kind === 'message_end') this.#text.end(streamEnd);
    else this.#text.breakOff();
    const end = this.#attemptEnd(streamEnd);
    const usage = await this.#betterEstimate(end, this.#progress().usage);
    const { checkpoint, progress } = this.details(safeCharacters());
    return { checkpoint, progress: { ...progress, usage }, end, endedAt: Date.now() };
  }

  /** Waits for its turn, and reads the stream to its end. */
  async #streamed(): Promise<StreamEnd> {
    const { message } = this.#prepared;
    const pass = await this.#enter(message.model);
    if (pass.kind === 'aborted') return pass;
    if (pass.kind === 'not_admitted') return { kind: 'api_error', error: pass.error, permanent: false };
    try {
      this.#stream = watchStream({
        client: this.#claude,
        message,
        limits: this.#past.request.limits,
        signal: this.#interruption.signal,
        collectBlocks: this.#mayPause(),
        onAccepted: () => pass.accepted(),
        onText: (delta) => this.#text.receiveWithin(this.#mostTextBytes, delta),
      });
      const end = await this.#stream.ended;
      if (isWantOfRoom(end)) pass.refused(end.error);
      return end;
    } finally {
      pass.leave();
    }
  }

  async #enter(model: string): Promise<Entry> {
    const { fallbackModels } = this.#past.request;
    const isLast = fallbackModels.length === 0 || fallbackModels.at(-1) === model;
    const { signal, budgetLeftMs } = this.#interruption;
    const longestWaitMs = isLast ? budgetLeftMs : Math.min(budgetLeftMs, LONGEST_WAIT_BEFORE_FALLBACK_MS);
    const entry = await this.#gates.enter(model, { signal, longestWaitMs });
    if (entry.kind !== 'not_admitted') return entry;
    // Nobody was refused: the first requests are still unanswered, and that is no reason to give the model up.
    if (entry.error.kind === 'no_place') return this.#gates.enter(model, { signal, longestWaitMs: Infinity });
    // The refusal was another generation's, and so was the request: the ledger must not tell of one that was never sent.
    const { requestId: _others, ...error } = entry.error;
    const waited = `said to another request; this one waited ${Math.round(entry.waitedMs)} ms for its turn and was not sent`;
    return { ...entry, error: { ...error, message: `${error.message} (${waited})` } };
  }

  /** Called with each beat: text is not held back for ever, however slowly a reply comes. */
  settleHeldText(): void {
    this.#text.settleHeld(performance.now(), this.#past.request.limits.interTokenMs);
  }

  /** Only a turn that began with its message, or went on as it came, can be sent back as it came. */
  #mayPause(): boolean {
    const { tools } = this.#past.request.message;
    const fromItsBeginning = this.resume === 'none' || this.resume === 'restart' || this.#sentTurn !== null;
    return Array.isArray(tools) && tools.length > 0 && fromItsBeginning;
  }

  /**
   * A dead stream never told its tokens. Where a bound on them is set, the API's own counter is asked for the text
   * that came; thoughts, and text that was not joined, are reckoned from their characters.
   */
  async #betterEstimate(end: AttemptEnd, usage: Usage | null): Promise<Usage | null> {
    const mayWait =
      end.outcome === 'stalled' || end.outcome === 'connection_lost' || end.outcome === 'api_error';
    const text = this.#text.newText;
    const bounded = this.#past.request.maxTotalTokens !== null;
    if (!mayWait || !bounded || text === '' || usage?.estimatedFrom !== 'characters') return usage;
    const rest = (this.#stream?.progress().outputCharacters ?? text.length) - text.length;
    const counted = await countTextTokens(this.#claude, this.#prepared.message.model, text, {
      signal: this.#interruption.signal,
      withinMs: COUNTING_MS,
    });
    if (counted === null) return usage;
    return {
      ...usage,
      outputTokens: counted + estimateTokens(Math.max(0, rest)),
      estimatedFrom: 'token_counter',
    };
  }

  /** @param safeCharacters where the text begins that is not yet safe; null while none of the attempt's is */
  details(safeCharacters: number | null): HeartbeatDetails {
    return { checkpoint: this.#text.checkpointFrom(safeCharacters), progress: this.#progress() };
  }

  /** Whether its text is part of the generation's by now, and from now on only grows. */
  get hasTakenEffect(): boolean {
    return this.#text.takesEffect;
  }

  #progress(): AttemptProgress {
    const progress = this.#stream?.progress();
    const msSinceContent = progress?.msSinceContent ?? null;
    return {
      startedAt: this.#startedAt,
      resume: this.resume,
      phase: progress?.phase ?? 'connect',
      firstTokenMs: rounded(progress?.firstTokenMs),
      longestGapMs: rounded(progress?.longestGapMs),
      lastContentAt: msSinceContent === null ? null : Math.round(Date.now() - msSinceContent),
      usage: progress?.usage ?? null,
      seam: this.#text.seam,
      regeneratedCharacters: this.#text.regeneratedCharacters,
      simulated: progress?.simulated ?? false,
    };
  }

  /** Null where it is not worth it, or too large: then the text is continued like a cut one. */
  #fitToSendBack(blocks: readonly ContentBlock[] | null): ContentBlock[] | null {
    // Without a tool that was paused it would be a prefill, which most models refuse.
    if (blocks === null || !blocks.some((block) => block.type === 'server_tool_use')) return null;
    // Where its text did not take effect (an old one is longer), nothing could be joined behind it.
    if (this.#sentTurn === null && this.#past.keptText !== '' && !this.#text.beginsAnew) return null;
    const turn = [...(this.#sentTurn ?? []), ...blocks];
    return encodedBytes(turn) > MOST_PAUSED_TURN_BYTES ? null : [...blocks];
  }

  #attemptEnd(end: StreamEnd): AttemptEnd {
    if (this.#text.rejection !== null) return { outcome: 'seam_rejected', reason: this.#text.rejection };
    const { textEndsAt } = this.#text;
    if (textEndsAt !== null) return { outcome: 'complete', stopReason: 'stop_sequence', textEndsAt };
    switch (end.kind) {
      case 'message_end': {
        const pausedTurn = end.stopReason === 'pause_turn' ? this.#fitToSendBack(end.blocks) : null;
        return {
          outcome: 'complete',
          stopReason: end.stopReason,
          ...(pausedTurn !== null && { pausedTurn }),
        };
      }
      case 'stalled':
        return {
          outcome: 'stalled',
          phase: end.phase,
          silence: end.silence,
          detectedAfterMs: Math.round(end.detectedAfterMs),
        };
      case 'connection_lost':
        return { outcome: 'connection_lost', error: end.error };
      case 'api_error':
        return { outcome: 'api_error', error: end.error, permanent: end.permanent };
      case 'aborted':
        // Nobody interrupted it, so it stopped itself: the text is as large as Temporal carries.
        return this.#interruption.end ?? { outcome: 'complete', stopReason: 'text_limit' };
      default:
        return end satisfies never;
    }
  }
}

/** A budget that is spent is a 429 as well, and no matter of room. */
function isWantOfRoom(end: StreamEnd): end is Extract<StreamEnd, { kind: 'api_error' }> {
  return end.kind === 'api_error' && !end.permanent && WANT_OF_ROOM.includes(end.error.status);
}

function rounded(milliseconds: number | null | undefined): number | null {
  return milliseconds == null ? null : Math.round(milliseconds);
}
