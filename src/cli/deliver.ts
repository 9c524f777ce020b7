/** The end of a command that got a result: the file, the closing lines on stderr, the exit code. */
import type { ResultDocument } from '../generation/result.ts';
import { UsageError } from './errors.ts';
import { EXIT_COMPLETE, EXIT_REFUSED, exitCodeOfStatus } from './exitCodes.ts';
import { outputProblem, writeOutput } from './output.ts';
import { closingLines } from './reports.ts';
import { say } from './textOutput.ts';

export interface DeliveryOptions {
  json?: boolean;
  output?: string;
  allowSimulated?: boolean;
}

/** Before anything is started. @throws UsageError */
export async function checkDelivery({ output }: DeliveryOptions): Promise<void> {
  const problem = output === undefined ? null : await outputProblem(output);
  if (problem !== null) throw new UsageError([problem]);
}

/** Called when stdout has what it gets. Returns the exit code. */
export async function deliver(document: ResultDocument, options: DeliveryOptions): Promise<number> {
  for (const line of closingLines(document)) say(line);
  const exitCode = exitCodeOfStatus(document.status);
  if (options.output === undefined) return exitCode;
  const written = await writeOutput(options.output, document, options.allowSimulated ?? false);
  if (written.kind === 'simulated_refused') {
    say(
      `throughline: ${options.output} was not written, because the text is simulated: pass --allow-simulated to have it.`,
    );
    return exitCode === EXIT_COMPLETE ? EXIT_REFUSED : exitCode;
  }
  say(`${written.kind === 'whole' ? 'written to' : 'incomplete text kept in'} ${written.path}`);
  return exitCode;
}
