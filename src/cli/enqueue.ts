import type { Command } from 'commander';
import { withClient } from './connect.ts';
import { EXIT_COMPLETE } from './exitCodes.ts';
import type { Finish } from './options.ts';
import { addJsonOption, addRequestOptions } from './options.ts';
import { readRequest } from './readRequest.ts';
import type { RequestOptions } from './requestInput.ts';
import { printJson, printLine } from './textOutput.ts';

export function addEnqueueCommand(program: Command, finish: Finish): void {
  const command = program
    .command('enqueue')
    .description('enqueue a generation, print its id, and return at once');
  addJsonOption(addRequestOptions(command)).action(
    async (prompt: string | undefined, options: RequestOptions & { json?: boolean }) => {
      const { document } = await readRequest(prompt, options);
      await withClient(async (client) => {
        const { id, status } = await client.enqueue(document);
        if (options.json === true) await printJson({ id, status });
        else await printLine(id);
      });
      finish(EXIT_COMPLETE);
    },
  );
}
