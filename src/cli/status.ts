import type { Command } from 'commander';
import { withClient } from './connect.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { Finish } from './options.ts';
import { addJsonOption } from './options.ts';
import { statusReport } from './reports.ts';
import { printJson, printLine } from './textOutput.ts';

export function addStatusCommand(program: Command, finish: Finish): void {
  const command = program
    .command('status')
    .description('how a generation stands, with all its attempts')
    .argument('<ID>', 'the id of the generation');
  addJsonOption(command).action(async (id: string, options: { json?: boolean }) => {
    await withClient(async (client) => {
      const document = await client.status(id);
      if (options.json === true) await printJson(document);
      else await printLine(statusReport(document));
    });
    finish(EXIT_COMPLETE);
  });
}
