import type { Command } from 'commander';
import { Option } from 'commander';
import type { ListFilter } from '../client/index.ts';
import { GENERATION_STATUSES } from '../generation/result.ts';
import { withClient } from './connect.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { Finish } from './options.ts';
import { addJsonOption } from './options.ts';
import { listReport } from './reports.ts';
import { printJson, printLine } from './textOutput.ts';

export function addListCommand(program: Command, finish: Finish): void {
  const command = program
    .command('list')
    .description('all generations, the newest first')
    .addOption(new Option('--status <STATUS>', 'only those (default: all)').choices(GENERATION_STATUSES))
    .option('--model <MODEL>', 'only those that were asked of MODEL (default: all)');
  addJsonOption(command).action(async ({ json, ...filter }: ListFilter & { json?: boolean }) => {
    await withClient(async (client) => {
      const generations = await client.list(filter);
      if (json === true) await printJson(generations);
      else await printLine(listReport(generations));
    });
    finish(EXIT_COMPLETE);
  });
}
