import { createServer } from 'node:net';
import { onTestFinished, expect, it } from 'vitest';
import { freePort, PortTakenError } from '../../../src/dev/ports.ts';

it('0 → a port on which one can listen', async () => {
  const port = await freePort('127.0.0.1', 0, '--port');
  expect(port).toBeGreaterThan(1023);
  expect(await freePort('127.0.0.1', port, '--port')).toBe(port);
});

it.each(['127.0.0.1', '0.0.0.0'])(
  'a port taken on %s → an error that names it and the flag',
  async (host) => {
    const port = await freePort('127.0.0.1', 0, '--port');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const error: unknown = await freePort('127.0.0.1', port, '--ui-port').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortTakenError);
    expect(error).toMatchObject({ port, flag: '--ui-port' });
    expect((error as Error).message).toBe(
      `port ${port} cannot be used: something else listens there. Choose another one with --ui-port.`,
    );
  },
);
