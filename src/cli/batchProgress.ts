/** How far a batch is: a line redrawn on a terminal, elsewhere one line for each generation that ended. */
import type { StatusStream } from './statusLine.ts';

export interface BatchProgress {
  started(): void;
  /** `line` says which, and how. */
  ended(complete: boolean, line: string): void;
  unreachable(message: string): void;
  complete(): number;
  /** Says how it ended; nothing is drawn after. */
  end(): void;
}

const SAY_AGAIN_MS = 10_000;

export function createBatchProgress(
  stream: StatusStream,
  total: number,
  now = (): number => performance.now(),
): BatchProgress {
  const redraws = stream.isTTY === true;
  let complete = 0;
  let notComplete = 0;
  let underWay = 0;
  let saidUnreachableAt: number | null = null;

  const summary = (): string =>
    `${complete} of ${total} complete${notComplete === 0 ? '' : `, ${notComplete} not`}, ${underWay} under way`;
  const clear = (): void => {
    if (redraws) stream.write('\r\u001b[2K');
  };
  const draw = (): void => {
    clear();
    if (redraws) stream.write(summary().slice(0, (stream.columns ?? 80) - 1));
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
    draw();
  };

  return {
    started() {
      underWay += 1;
      draw();
    },
    ended(isComplete, text) {
      underWay -= 1;
      if (isComplete) complete += 1;
      else notComplete += 1;
      // On a terminal the summary counts what went well; what did not is said in both.
      if (redraws && isComplete) draw();
      else line(text);
    },
    unreachable(message) {
      if (saidUnreachableAt !== null && now() - saidUnreachableAt < SAY_AGAIN_MS) return;
      saidUnreachableAt = now();
      line(`Temporal is out of reach (${message.split('\n')[0] ?? ''}); still trying`);
    },
    complete: () => complete,
    end() {
      clear();
      stream.write(`${summary()}\n`);
    },
  };
}
