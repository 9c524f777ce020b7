import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A port that was asked for and cannot be had. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';
  readonly port: number;
  readonly flag: string;

  constructor(port: number, flag: string, reason: string) {
    super(`port ${port} cannot be used: ${reason}. Choose another one with ${flag}.`);
    this.port = port;
    this.flag = flag;
  }
}

/**
 * A port on `host` that was free a moment ago: `port` itself, or any where it is 0.
 * Throws `PortTakenError`, which names `flag` as the repair.
 */
export async function freePort(host: string, port: number, flag: string): Promise<number> {
  const server = createServer();
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EADDRINUSE') throw new PortTakenError(port, flag, 'something else listens there');
    if (code === 'EACCES') throw new PortTakenError(port, flag, 'this user may not listen there');
    throw error;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
