/** The environment, read once, in one place, with all its problems at once. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';

type Environment = Readonly<Record<string, string | undefined>>;

/** What every command needs: where Temporal is. */
export interface ConnectionConfig {
  connect: ClientConnectConfig;
  /** As it is named in messages. */
  address: string;
  namespace: string;
  taskQueue: string;
}

/** What a worker needs besides. */
export interface WorkerConfig extends ConnectionConfig {
  credentials: {
    apiKey: string | null;
    authToken: string | null;
    baseUrl: string | null;
    httpsProxy: string | null;
    noProxy: string | null;
  };
  maxConcurrent: number;
  /** The longest time between two checkpoints that reach the server, in milliseconds. */
  heartbeatMs: number;
  /** Silence after which a worker counts as lost, in milliseconds. */
  workerLostMs: number;
  /** How long a stopping worker lets streams finish, in milliseconds. */
  drainMs: number;
}

/** One or more values of the environment that cannot be used; nothing has been started. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** @throws ConfigurationError */
export function readConnectionConfig(environment: Environment = process.env): ConnectionConfig {
  const problems: string[] = [];
  const config = connectionConfig(environment, problems);
  refuse(problems);
  return config;
}

/** @throws ConfigurationError */
export function readWorkerConfig(environment: Environment = process.env): WorkerConfig {
  const problems: string[] = [];
  const number = (name: string, fallback: number, least: number, most: number): number =>
    wholeNumber(environment, name, fallback, least, most, problems);
  const heartbeatMs = number('THROUGHLINE_HEARTBEAT_MS', 1_000, 50, 60_000);
  const workerLostMs = number('THROUGHLINE_WORKER_LOST_MS', 10_000, 150, 3_600_000);
  if (workerLostMs < 3 * heartbeatMs) {
    problems.push(
      `THROUGHLINE_WORKER_LOST_MS is ${workerLostMs}, less than 3 × THROUGHLINE_HEARTBEAT_MS (${heartbeatMs}): a live worker would be taken for lost. Set it to ${3 * heartbeatMs} or more.`,
    );
  }
  // Ignored, it would leave texts readable that somebody thinks are not. Its value is a secret.
  if (text(environment, 'THROUGHLINE_ENCRYPTION_KEYS') !== null) {
    problems.push(
      'THROUGHLINE_ENCRYPTION_KEYS is set, but this version does not encrypt: prompts and texts would be stored in Temporal as they are. Unset it to accept that.',
    );
  }
  const config: WorkerConfig = {
    ...connectionConfig(environment, problems),
    credentials: {
      apiKey: text(environment, 'ANTHROPIC_API_KEY'),
      authToken: text(environment, 'ANTHROPIC_AUTH_TOKEN'),
      baseUrl: url(environment, 'ANTHROPIC_BASE_URL', problems),
      httpsProxy: text(environment, 'HTTPS_PROXY') ?? text(environment, 'https_proxy'),
      noProxy: text(environment, 'NO_PROXY') ?? text(environment, 'no_proxy'),
    },
    maxConcurrent: number('THROUGHLINE_MAX_CONCURRENT', 300, 1, 10_000),
    heartbeatMs,
    workerLostMs,
    drainMs: number('THROUGHLINE_DRAIN_MS', 5_000, 0, 3_600_000),
  };
  refuse(problems);
  return config;
}

/** Whether a worker could authenticate. Without: it must not start, every generation would fail. */
export function hasCredentials(config: WorkerConfig): boolean {
  return config.credentials.apiKey !== null || config.credentials.authToken !== null;
}

/** Where the `temporal` program of the embedded server may be. */
export interface ProgramLookup {
  /** `TEMPORAL_CLI_PATH`. */
  explicitPath: string | null;
  /** `PATH`. */
  searchPath: string;
  /** `XDG_CACHE_HOME`, where the user's programs keep what they can fetch again. */
  cacheHome: string | null;
}

export function readProgramLookup(environment: Environment = process.env): ProgramLookup {
  return {
    explicitPath: text(environment, 'TEMPORAL_CLI_PATH'),
    searchPath: environment['PATH'] ?? '',
    cacheHome: text(environment, 'XDG_CACHE_HOME'),
  };
}

function connectionConfig(environment: Environment, problems: string[]): ConnectionConfig {
  const taskQueue = text(environment, 'THROUGHLINE_TASK_QUEUE') ?? 'throughline';
  const fallback: ConnectionConfig = {
    connect: { connectionOptions: {} },
    address: '',
    namespace: 'default',
    taskQueue,
  };
  try {
    const defined = Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const connect = loadClientConnectConfig({ overrideEnvVars: defined });
    const address = connect.connectionOptions.address ?? 'localhost:7233';
    return { connect, address, namespace: connect.namespace ?? 'default', taskQueue };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `Temporal's connection settings cannot be read: ${reason}. Check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and TEMPORAL_TLS_*.`,
    );
    return fallback;
  }
}

function wholeNumber(
  environment: Environment,
  name: string,
  fallback: number,
  least: number,
  most: number,
  problems: string[],
): number {
  const value = text(environment, name);
  if (value === null) return fallback;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  problems.push(
    `${name} is "${value}": give a whole number from ${least} to ${most} (without it: ${fallback}).`,
  );
  return fallback;
}

function url(environment: Environment, name: string, problems: string[]): string | null {
  const value = text(environment, name);
  if (value === null) return null;
  if (/^https?:\/\/./.test(value) && URL.canParse(value)) return value;
  problems.push(`${name} is "${value}": give a URL that begins with http:// or https://.`);
  return null;
}

/** An empty value is no value, as in a compose file that passes an unset variable through. */
function text(environment: Environment, name: string): string | null {
  const value = environment[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}
