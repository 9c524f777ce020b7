/** stdout: exactly the text. */

/** What of a stream is needed; tests give their own. */
export interface TextStream {
  isTTY?: boolean;
  write(text: string, written: (error?: Error | null) => void): boolean;
}

export interface TextOutput {
  /** Resolves once the stream has taken it: a slow reader slows the follower, not the memory. */
  write(text: string): Promise<void>;
  /** On a terminal, a line end if the text has none: the prompt must not stand behind the last word. */
  endLine(): Promise<void>;
}

export function createTextOutput(stream: TextStream = process.stdout): TextOutput {
  let last = '\n';
  const put = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  return {
    async write(text) {
      if (text === '') return;
      last = text.slice(-1);
      await put(text);
    },
    async endLine() {
      if (stream.isTTY !== true || last === '\n') return;
      last = '\n';
      await put('\n');
    },
  };
}

/** A line of a report, a table or a document that was asked for. */
export async function printLine(line: string): Promise<void> {
  await createTextOutput().write(`${line}\n`);
}

export async function printJson(value: unknown): Promise<void> {
  await printLine(JSON.stringify(value, null, 2));
}

/** To the user, not to a script. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
