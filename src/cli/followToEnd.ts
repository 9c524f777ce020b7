/** Text to stdout as it becomes safe, how it is doing to stderr, until the end: `generate`, `follow` and `retry`. */
import type { FollowEvent, ThroughlineClient } from '../client/index.ts';
import type { ResultDocument } from '../generation/result.ts';
import type { DeliveryOptions } from './deliver.ts';
import { deliver } from './deliver.ts';
import { interruptible } from './interruption.ts';
import { createStatusLine, viewOf } from './statusLine.ts';
import { createTextOutput, printJson } from './textOutput.ts';

/** @returns the exit code; @throws InterruptedError that tells how to come back */
export async function followToEnd(
  client: ThroughlineClient,
  id: string,
  options: DeliveryOptions,
): Promise<number> {
  const text = createTextOutput();
  const status = createStatusLine(process.stderr, {
    belowText: process.stdout.isTTY && options.json !== true,
    now: () => performance.now(),
  });

  const take = async (event: FollowEvent): Promise<void> => {
    switch (event.kind) {
      case 'text':
        if (options.json === true) return;
        status.clear();
        await text.write(event.text);
        return;
      case 'progress':
        status.show(viewOf(event, Date.now()));
        return;
      case 'unreachable':
        status.unreachable(event.message);
        return;
      default:
        event satisfies never;
    }
  };

  let document: ResultDocument;
  try {
    document = await interruptible(comeBack(id), async (signal) => {
      const events = client.follow(id, { signal });
      for (;;) {
        const next = await events.next();
        if (next.done === true) return next.value;
        await take(next.value);
      }
    });
  } finally {
    status.clear();
    await text.endLine();
  }
  if (options.json === true) await printJson(document);
  return await deliver(document, options);
}

export function comeBack(id: string): string {
  return `The generation goes on. Come back with \`throughline follow ${id}\`, or end it with \`throughline cancel ${id}\`.`;
}
