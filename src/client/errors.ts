/** Refused before anything started: bad request, unknown id, id in use. Each problem is a sentence with its repair. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}

/** Temporal does not answer. Whoever waits for a result keeps trying; whoever starts something is told at once. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  constructor(address: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `no Temporal service answers at ${address} (${reason}). Start one with \`throughline dev\`, or set TEMPORAL_ADDRESS.`,
      { cause },
    );
  }
}

/** gRPC's codes for "not now": unavailable, deadline exceeded, cancelled, resource exhausted, unknown, internal. */
const PASSING_CODES = [14, 4, 1, 8, 2, 13];

/** Whether an error says that the service is away or busy, not that it refused. */
export function isPassing(error: unknown): boolean {
  for (let current = error; typeof current === 'object' && current !== null;) {
    const { code, cause } = current as { code?: unknown; cause?: unknown };
    if (typeof code === 'number') return PASSING_CODES.includes(code);
    current = cause;
  }
  return false;
}
