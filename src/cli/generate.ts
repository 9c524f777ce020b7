import type { Command } from 'commander';
import { withClient } from './connect.ts';
import type { DeliveryOptions } from './deliver.ts';
import { checkDelivery } from './deliver.ts';
import { followToEnd } from './followToEnd.ts';
import { interruptible } from './interruption.ts';
import type { Finish } from './options.ts';
import { addDeliveryOptions, addRequestOptions } from './options.ts';
import { readRequest } from './readRequest.ts';
import type { RequestOptions } from './requestInput.ts';
import { say } from './textOutput.ts';

export function addGenerateCommand(program: Command, finish: Finish): void {
  const command = program
    .command('generate')
    .description('enqueue a generation and follow it: its text to stdout, everything else to stderr');
  addDeliveryOptions(addRequestOptions(command)).action(
    async (prompt: string | undefined, options: RequestOptions & DeliveryOptions) => {
      finish(await generate(prompt, options));
    },
  );
}

async function generate(
  prompt: string | undefined,
  options: RequestOptions & DeliveryOptions,
): Promise<number> {
  await checkDelivery(options);
  const { id, document } = await readRequest(prompt, options);
  return await withClient(async (client) => {
    const unsure = `Interrupted while it was enqueued. \`throughline status ${id}\` tells whether it was.`;
    const { joined, status } = await interruptible(unsure, () => client.enqueue(document));
    say(joined ? `generation ${id} was there already, ${status}` : `generation ${id}`);
    return await followToEnd(client, id, options);
  });
}
