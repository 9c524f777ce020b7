import type { Command } from 'commander';
import { withClient } from './connect.ts';
import type { DeliveryOptions } from './deliver.ts';
import { checkDelivery } from './deliver.ts';
import { followToEnd } from './followToEnd.ts';
import type { Finish } from './options.ts';
import { addDeliveryOptions } from './options.ts';

export function addFollowCommand(program: Command, finish: Finish): void {
  const command = program
    .command('follow')
    .description('print the text from the beginning, then live until the end')
    .argument('<ID>', 'the id of the generation');
  addDeliveryOptions(command).action(async (id: string, options: DeliveryOptions) => {
    await checkDelivery(options);
    finish(await withClient((client) => followToEnd(client, id, options)));
  });
}
