/** Options that several commands share, each explained with its default. */
import type { Command } from 'commander';
import { DEFAULT_LIMITS, DEFAULT_MAX_ATTEMPTS, RESUME_CHOICES } from '../generation/request.ts';
import { formatDuration } from './duration.ts';
import { DEFAULT_MAX_TOKENS, DEFAULT_MODEL } from './requestInput.ts';

/** How a command hands over its exit code. */
export type Finish = (exitCode: number) => void;

// Defaults are told in words, not given to commander: an option that was not given must not override the document.
export function addRequestOptions(command: Command): Command {
  command
    .argument('[PROMPT]', 'the prompt; or give --file or --request')
    .option('--file <FILE>', 'read the prompt from FILE, - for stdin (default: none)')
    .option('--request <FILE>', 'read a request document (JSON) from FILE, - for stdin (default: none)')
    .option('--id <ID>', 'the id; the same id and request joins what exists (default: a random one)')
    .option('--model <MODEL>', `the model (default: the document's; with a prompt ${DEFAULT_MODEL})`)
    .option(
      '--max-tokens <N>',
      `max_tokens of a request (default: the document's; with a prompt ${DEFAULT_MAX_TOKENS})`,
    )
    .option('--system <TEXT>', "the system prompt (default: the document's, or none)")
    .option('--resume <HOW>', `how a cut text goes on: ${RESUME_CHOICES.join(', ')} (default: auto)`)
    .option(
      '--max-total-tokens <N>',
      'go on past max_tokens, up to N output tokens in all (default: stop there)',
    )
    .option('--allow-restart', 'text may be thrown away when nothing else works (default: false)');
  return addLimitOptions(command, (fallback) => `default: ${fallback}`);
}

export function addLimitOptions(command: Command, note: (fallback: string) => string): Command {
  const limit = (ms: number): string => note(formatDuration(ms));
  return command
    .option('--max-attempts <N>', `attempts before it fails (${note(String(DEFAULT_MAX_ATTEMPTS))})`)
    .option(
      '--connect <DURATION>',
      `longest wait for the response's headers (${limit(DEFAULT_LIMITS.connectMs)})`,
    )
    .option(
      '--first-token <DURATION>',
      `longest wait for the first token (${limit(DEFAULT_LIMITS.firstTokenMs)})`,
    )
    .option(
      '--thinking <DURATION>',
      `longest gap while the model thinks (${limit(DEFAULT_LIMITS.thinkingMs)})`,
    )
    .option('--inter-token <DURATION>', `longest gap within a text (${limit(DEFAULT_LIMITS.interTokenMs)})`)
    .option('--total <DURATION>', `the whole budget, from enqueue (${limit(DEFAULT_LIMITS.totalMs)})`)
    .addHelpText('after', '\nA DURATION is 1500ms, 25s, 30m, 2h, or bare milliseconds.');
}

export function addDeliveryOptions(command: Command): Command {
  return command
    .option('--json', 'print only the result document, at the end (default: false)')
    .option(
      '--output <FILE>',
      'write the text to FILE too once it is complete, else to FILE.partial (default: none)',
    )
    .option('--allow-simulated', "let the simulator's text go to a file (default: false)")
    .addHelpText(
      'after',
      '\nExit codes: 0 complete, 1 failed, 2 refused, 3 incomplete or timed out, 4 cancelled, 5 not ended yet, 130 interrupted.',
    );
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON (default: false)');
}
