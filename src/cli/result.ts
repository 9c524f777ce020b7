import type { Command } from 'commander';
import type { ThroughlineClient } from '../client/index.ts';
import type { ResultDocument } from '../generation/result.ts';
import { withClient } from './connect.ts';
import type { DeliveryOptions } from './deliver.ts';
import { checkDelivery, deliver } from './deliver.ts';
import { comeBack } from './followToEnd.ts';
import { interruptible } from './interruption.ts';
import type { Finish } from './options.ts';
import { addDeliveryOptions } from './options.ts';
import { createStatusLine } from './statusLine.ts';
import { createTextOutput, printJson } from './textOutput.ts';

interface ResultOptions extends DeliveryOptions {
  /** Commander's name for `--no-wait`: true unless that is given. */
  wait: boolean;
}

export function addResultCommand(program: Command, finish: Finish): void {
  const command = program
    .command('result')
    .description('wait for the end, then print the text')
    .argument('<ID>', 'the id of the generation')
    .option('--no-wait', 'answer now, with what there is (default: wait)');
  addDeliveryOptions(command).action(async (id: string, options: ResultOptions) => {
    await checkDelivery(options);
    finish(await withClient((client) => result(client, id, options)));
  });
}

async function result(client: ThroughlineClient, id: string, options: ResultOptions): Promise<number> {
  const document = options.wait ? await waitFor(client, id) : await client.read(id);
  if (options.json === true) {
    await printJson(document);
  } else {
    const text = createTextOutput();
    await text.write(document.text);
    await text.endLine();
  }
  return await deliver(document, options);
}

async function waitFor(client: ThroughlineClient, id: string): Promise<ResultDocument> {
  const status = createStatusLine(process.stderr, { belowText: false, now: () => performance.now() });
  try {
    return await interruptible(comeBack(id), () =>
      client.result(id, { onUnreachable: (message) => status.unreachable(message) }),
    );
  } finally {
    status.clear();
  }
}
