/** The demo's two voices: the text to stdout, and what happens, with the time, to stderr. */

export interface Narrator {
  say(line: string): void;
  text(piece: string): void;
}

export interface NarratorOptions {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  /** Whether both go to one terminal: then a line of narration must not begin in the middle of one of text. */
  sameTerminal: boolean;
  /** Milliseconds since the demo began. */
  elapsedMs: () => number;
}

export function createNarrator({ stdout, stderr, sameTerminal, elapsedMs }: NarratorOptions): Narrator {
  let insideLine = false;
  return {
    say(line) {
      if (sameTerminal && insideLine) stderr.write('\n');
      insideLine = false;
      stderr.write(`[${(elapsedMs() / 1_000).toFixed(1).padStart(5)} s] ${line}\n`);
    },
    text(piece) {
      if (piece === '') return;
      stdout.write(piece);
      insideLine = !piece.endsWith('\n');
    },
  };
}
