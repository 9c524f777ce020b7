/** What went wrong, as one paragraph and an exit code. main.ts is the only caller of `reportOf`. */
import { CommanderError } from 'commander';
import { RefusedError, UnreachableError, isPassing } from '../client/errors.ts';
import { ConfigurationError } from '../config.ts';
import { NoTemporalProgramError } from '../dev/findTemporalProgram.ts';
import { PortTakenError } from '../dev/ports.ts';
import { EXIT_COMPLETE, EXIT_FAILED, EXIT_REFUSED, exitCodeOfSignal } from './exitCodes.ts';

/** Options or input that cannot be used; nothing has been started. Each problem is a sentence with its repair. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Stopped by a signal while it followed something that goes on without it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals, howToComeBack: string) {
    super(howToComeBack);
    this.signal = signal;
  }
}

export interface ErrorReport {
  exitCode: number;
  /** For stderr, without a line end; empty when everything was said already. */
  text: string;
}

export function reportOf(error: unknown, verbose: boolean): ErrorReport {
  if (error instanceof CommanderError) return ofCommander(error);
  if (error instanceof InterruptedError) {
    return { exitCode: exitCodeOfSignal(error.signal), text: error.message };
  }
  const exitCode = isRefusal(error) ? EXIT_REFUSED : EXIT_FAILED;
  const stack = verbose && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
  return { exitCode, text: `throughline: ${paragraph(problemsOf(error))}${stack}` };
}

/** Help and version end as an error too, after they were printed; help that nobody asked for is a refusal. */
function ofCommander(error: CommanderError): ErrorReport {
  if (error.exitCode === 0) return { exitCode: EXIT_COMPLETE, text: '' };
  if (error.code === 'commander.help') return { exitCode: EXIT_REFUSED, text: '' };
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return {
    exitCode: EXIT_REFUSED,
    text: `throughline: ${message}. \`throughline --help\` and \`throughline COMMAND --help\` explain every option.`,
  };
}

function isRefusal(error: unknown): boolean {
  return (
    hasProblems(error) ||
    error instanceof UnreachableError ||
    error instanceof PortTakenError ||
    error instanceof NoTemporalProgramError ||
    serviceAnswer(error) !== null
  );
}

function hasProblems(error: unknown): error is UsageError | RefusedError | ConfigurationError {
  return error instanceof UsageError || error instanceof RefusedError || error instanceof ConfigurationError;
}

function problemsOf(error: unknown): readonly string[] {
  if (hasProblems(error)) return error.problems;
  const answer = serviceAnswer(error);
  if (answer === null) return [error instanceof Error ? error.message : String(error)];
  return isPassing(error)
    ? [`Temporal does not answer (${answer}). Try again, or check TEMPORAL_ADDRESS.`]
    : [`Temporal refused (${answer}). Check TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and TEMPORAL_TLS_*.`];
}

/** What the Temporal service said; null when the error does not come from there. Told by shape: grpc-js exports no class. */
function serviceAnswer(error: unknown): string | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'number' && 'details' in current) {
      return String(current.details) || current.message;
    }
  }
  return null;
}

function paragraph(problems: readonly string[]): string {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) return only;
  return `${problems.length} problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
}
