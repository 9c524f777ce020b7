import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  hasCredentials,
  readConnectionConfig,
  readWorkerConfig,
  readProgramLookup,
} from '../../../src/config.ts';

/** No file of the user's is read: a profile from it would change what is tested. */
const NO_FILE = { TEMPORAL_CONFIG_FILE: '/there/is/no/such/file.toml' };

const worker = (environment: Record<string, string>) => readWorkerConfig({ ...NO_FILE, ...environment });

function problems(
  environment: Record<string, string>,
  read: (of: Record<string, string>) => unknown = worker,
): readonly string[] {
  try {
    read({ ...NO_FILE, ...environment });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  it('may be empty: everything has a default', () => {
    expect(worker({})).toEqual({
      connect: { connectionOptions: {} },
      address: 'localhost:7233',
      namespace: 'default',
      taskQueue: 'throughline',
      credentials: { apiKey: null, authToken: null, baseUrl: null, httpsProxy: null, noProxy: null },
      maxConcurrent: 300,
      heartbeatMs: 1_000,
      workerLostMs: 10_000,
      drainMs: 5_000,
    });
  });

  it('gives every value', () => {
    const config = worker({
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'articles',
      THROUGHLINE_TASK_QUEUE: 'mine',
      ANTHROPIC_API_KEY: 'key',
      ANTHROPIC_AUTH_TOKEN: 'token',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080/claude',
      HTTPS_PROXY: 'http://proxy.example:3128',
      NO_PROXY: 'localhost',
      THROUGHLINE_MAX_CONCURRENT: '7',
      THROUGHLINE_HEARTBEAT_MS: '200',
      THROUGHLINE_WORKER_LOST_MS: '600',
      THROUGHLINE_DRAIN_MS: '0',
    });
    expect(config).toMatchObject({
      address: 'temporal.example:7233',
      namespace: 'articles',
      taskQueue: 'mine',
      credentials: {
        apiKey: 'key',
        authToken: 'token',
        baseUrl: 'http://127.0.0.1:8080/claude',
        httpsProxy: 'http://proxy.example:3128',
        noProxy: 'localhost',
      },
      maxConcurrent: 7,
      heartbeatMs: 200,
      workerLostMs: 600,
      drainMs: 0,
    });
    expect(config.connect.connectionOptions.address).toBe('temporal.example:7233');
  });

  it('takes an empty value for none, and white space off', () => {
    const config = worker({
      THROUGHLINE_TASK_QUEUE: ' ',
      ANTHROPIC_API_KEY: '',
      THROUGHLINE_DRAIN_MS: ' 7 ',
      https_proxy: 'http://low:1',
    });
    expect(config).toMatchObject({
      taskQueue: 'throughline',
      drainMs: 7,
      credentials: { apiKey: null, httpsProxy: 'http://low:1' },
    });
  });

  it.each([
    ['THROUGHLINE_MAX_CONCURRENT', '0', /"0".*from 1 to 10000 \(without it: 300\)/],
    ['THROUGHLINE_MAX_CONCURRENT', '10001', /"10001"/],
    ['THROUGHLINE_DRAIN_MS', '-1', /"-1".*from 0 to/],
    ['THROUGHLINE_DRAIN_MS', '5s', /"5s".*whole number/],
    ['THROUGHLINE_DRAIN_MS', '1e3', /"1e3"/],
    ['THROUGHLINE_HEARTBEAT_MS', '49', /"49".*from 50 to 60000/],
    ['THROUGHLINE_WORKER_LOST_MS', '3600001', /"3600001".*from 150/],
    ['ANTHROPIC_BASE_URL', 'api.example', /"api\.example".*http:\/\/ or https:\/\//],
    ['ANTHROPIC_BASE_URL', 'http://', /http:\/\/ or https:\/\//],
    ['ANTHROPIC_BASE_URL', 'http://[half', /"http:\/\/\[half"/],
    ['TEMPORAL_PROFILE', 'nobody', /nobody.*TEMPORAL_PROFILE/],
  ])('with %s=%s is refused, with the repair', (name, value, repair) => {
    const [problem, ...more] = problems({ [name]: value });
    expect(problem).toMatch(repair);
    expect(more).toEqual([]);
  });

  it('tells every problem at once, a line each', () => {
    const bad = {
      THROUGHLINE_MAX_CONCURRENT: 'x',
      THROUGHLINE_DRAIN_MS: 'x',
      ANTHROPIC_BASE_URL: 'x',
      TEMPORAL_PROFILE: 'nobody',
    };
    expect(problems(bad)).toHaveLength(4);
    expect(() => worker(bad)).toThrow(problems(bad).join('\n'));
  });

  it.each([
    ['1000', '2999', ['Set it to 3000 or more.']],
    ['1000', '3000', []],
    ['3334', '', ['Set it to 10002 or more.']],
    ['3333', '', []],
  ])('with beats of %j ms and a worker lost after %j ms: %j', (heartbeat, lost, repairs) => {
    const found = problems({ THROUGHLINE_HEARTBEAT_MS: heartbeat, THROUGHLINE_WORKER_LOST_MS: lost });
    expect(found.map((problem) => problem.slice(problem.indexOf('Set it')))).toEqual(repairs);
  });

  it('may not ask for encryption, which there is not yet, and is not told its keys', () => {
    expect(() => worker({ THROUGHLINE_ENCRYPTION_KEYS: 'k1:c2VjcmV0' })).toThrow(
      /THROUGHLINE_ENCRYPTION_KEYS is set, but this version does not encrypt/,
    );
    expect(() => worker({ THROUGHLINE_ENCRYPTION_KEYS: 'k1:c2VjcmV0' })).not.toThrow(/c2VjcmV0/);
    expect(() => worker({ THROUGHLINE_ENCRYPTION_KEYS: '' })).not.toThrow();
  });

  it('is not asked for a worker’s settings where only a connection is wanted', () => {
    expect(problems({ THROUGHLINE_DRAIN_MS: 'x' }, readConnectionConfig)).toEqual([]);
    expect(problems({ TEMPORAL_PROFILE: 'nobody' }, readConnectionConfig)).toHaveLength(1);
  });

  it('tells whether a worker could authenticate', () => {
    expect(hasCredentials(worker({}))).toBe(false);
    expect(hasCredentials(worker({ ANTHROPIC_API_KEY: 'key' }))).toBe(true);
    expect(hasCredentials(worker({ ANTHROPIC_AUTH_TOKEN: 'token' }))).toBe(true);
  });

  it('tells where the temporal program is, if it does', () => {
    expect(readProgramLookup({})).toEqual({ explicitPath: null, searchPath: '', cacheHome: null });
    expect(readProgramLookup({ TEMPORAL_CLI_PATH: '/bin/temporal' }).explicitPath).toBe('/bin/temporal');
  });
});
