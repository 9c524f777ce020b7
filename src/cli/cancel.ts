import type { Command } from 'commander';
import { isEnded } from '../generation/result.ts';
import { withClient } from './connect.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { Finish } from './options.ts';
import { addJsonOption } from './options.ts';
import { printJson, printLine } from './textOutput.ts';

export function addCancelCommand(program: Command, finish: Finish): void {
  const command = program
    .command('cancel')
    .description('ask a generation to end; its text is kept')
    .argument('<ID>', 'the id of the generation');
  addJsonOption(command).action(async (id: string, options: { json?: boolean }) => {
    await withClient(async (client) => {
      const answer = await client.cancel(id);
      if (options.json === true) await printJson(answer);
      else
        await printLine(
          `${id}: ${isEnded(answer.status) ? `${answer.status} already, nothing changed` : 'cancel requested'}`,
        );
    });
    finish(EXIT_COMPLETE);
  });
}
