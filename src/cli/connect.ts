/** A client for one command, by the environment. */
import type { ThroughlineClient } from '../client/index.ts';
import { readConnectionConfig } from '../config.ts';
import type { ConnectionConfig } from '../config.ts';
import { say } from './textOutput.ts';

/** @throws ConfigurationError, UnreachableError within seconds */
export async function withClient<T>(
  work: (client: ThroughlineClient) => Promise<T>,
  config: ConnectionConfig = readConnectionConfig(),
): Promise<T> {
  // Late: loading Temporal's client costs more than everything else that `--help` or a refusal needs.
  const { ThroughlineClient } = await import('../client/index.ts');
  const client = await ThroughlineClient.connect({
    connection: { ...config.connect.connectionOptions, address: config.address },
    namespace: config.namespace,
    taskQueue: config.taskQueue,
    warn: (message) => say(`warning: ${message}`),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
