/** When an attempt's text goes to its workflow in pieces, so that what is heartbeated stays short. */
import type { HeartbeatDetails } from '../generation/attempt.ts';

/**
 * A piece goes once the heartbeats have carried so many times its length. At a steady pace that is each seventh beat,
 * and heartbeats and chunks together come to 5 × the text, whatever its length; whole texts in each beat would come to
 * half the number of beats.
 */
const BEATEN_SHARE = 4;
/** In characters: a chunk costs four events, and a history may have some ten thousand. */
const SHORTEST_CHUNK = 1_024;
/** However fast a text comes, a heartbeat stays far below Temporal's limit of 2 MiB. */
const LONGEST_TAIL = 131_072;

export class ChunkSender {
  readonly #send: (details: HeartbeatDetails) => Promise<void>;
  #safeCharacters: number | null = null;
  #beatenCharacters = 0;
  #sending: Promise<void> | null = null;

  /** @param send resolves once the server has it; rejects where that is not known */
  constructor(send: (details: HeartbeatDetails) => Promise<void>) {
    this.#send = send;
  }

  /** Where the text begins that is not yet safe, in characters of the whole text; null before the first chunk. */
  get safeCharacters(): number | null {
    return this.#safeCharacters;
  }

  /** Told of each heartbeat that holds text. Never waits: reading goes on while a piece is under way. */
  afterBeat(details: HeartbeatDetails): void {
    const tail = details.checkpoint.text.length;
    this.#beatenCharacters += tail;
    const due = this.#beatenCharacters >= BEATEN_SHARE * tail && tail >= SHORTEST_CHUNK;
    // One at a time: two under way may arrive in the other order.
    if (this.#sending === null && (due || tail >= LONGEST_TAIL)) this.#begin(details);
  }

  /** Sends all there is, behind a piece that is under way; resolves once it is safe, or twice the time is over. */
  async flush(detailsNow: () => HeartbeatDetails, withinMs: number): Promise<void> {
    await this.settled(withinMs);
    const details = detailsNow();
    if (this.#sending === null && details.checkpoint.text !== '') this.#begin(details);
    await this.settled(withinMs);
  }

  /**
   * Resolves once nothing is under way, or the time is over. A signal that comes as the workflow closes costs it a
   * failed task: harmless, and ugly in the UI.
   */
  async settled(withinMs: number): Promise<void> {
    if (this.#sending === null) return;
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([this.#sending, bound]);
    clearTimeout(timer);
  }

  #begin(details: HeartbeatDetails): void {
    const { offset, text } = details.checkpoint;
    this.#sending = this.#send(details)
      .then(() => {
        this.#safeCharacters = offset + text.length;
        this.#beatenCharacters = 0;
      })
      // Whether it came is not known then. The next one begins at the same place, and what came twice is no matter.
      .catch(() => undefined)
      .finally(() => (this.#sending = null));
  }
}
