import type { Command } from 'commander';
import { EXIT_COMPLETE } from './exitCodes.ts';
import { listenForStop } from './interruption.ts';
import type { Finish } from './options.ts';
import { parsePort, startSimulatorOn } from './ports.ts';
import { say } from './textOutput.ts';

const DEFAULT_PORT = 8787;

export function addSimulateCommand(program: Command, finish: Finish): void {
  program
    .command('simulate')
    .description('the simulated Claude endpoint alone, until Ctrl-C; its texts are no texts of Claude')
    .option('--port <PORT>', `where it listens, 0 for any free port (default: ${DEFAULT_PORT})`)
    .option(
      '--profile <FILE>',
      'a profile (JSON): pace, faults, manners (default: a plain one, without faults)',
    )
    .action(async (options: { port?: string; profile?: string }) => {
      const port = parsePort(options.port, '--port', DEFAULT_PORT);
      const stop = listenForStop();
      const simulator = await startSimulatorOn(port, options.profile);
      say(`simulated Claude endpoint on ${simulator.url}`);
      say(
        `A worker uses it with ANTHROPIC_BASE_URL=${simulator.url} and any ANTHROPIC_API_KEY. Ctrl-C stops it.`,
      );
      await stop.asked;
      await simulator.close();
      finish(EXIT_COMPLETE);
    });
}
