import type { Command } from 'commander';
import { withClient } from './connect.ts';
import type { DeliveryOptions } from './deliver.ts';
import { checkDelivery } from './deliver.ts';
import { UsageError } from './errors.ts';
import { followToEnd } from './followToEnd.ts';
import type { Finish } from './options.ts';
import { addDeliveryOptions, addLimitOptions } from './options.ts';
import type { LimitOptions } from './requestInput.ts';
import { readCount, readLimits } from './requestInput.ts';
import { say } from './textOutput.ts';

export function addRetryCommand(program: Command, finish: Finish): void {
  const command = program
    .command('retry')
    .description(
      'run a generation again that ended without being complete, from the kept text, and follow it',
    )
    .argument('<ID>', 'the id of the generation');
  addLimitOptions(command, () => 'default: as before');
  addDeliveryOptions(command).action(async (id: string, options: LimitOptions & DeliveryOptions) => {
    const problems: string[] = [];
    const limits = readLimits(options, problems);
    const maxAttempts = readCount(options.maxAttempts, '--max-attempts', problems);
    if (problems.length > 0) throw new UsageError(problems);
    await checkDelivery(options);
    const exitCode = await withClient(async (client) => {
      await client.retry(id, { limits, ...(maxAttempts === undefined ? {} : { maxAttempts }) });
      say(`generation ${id} goes on from the kept text`);
      return await followToEnd(client, id, options);
    });
    finish(exitCode);
  });
}
