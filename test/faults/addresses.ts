/** Addresses where no sound endpoint is. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { CERTIFICATE, KEY } from '../unit/claude/certificate.ts';

export interface Address {
  /** By which a worker is sent there. */
  environment: Record<string, string>;
  /** Makes it a sound endpoint, by passing everything on to this port. Null where that cannot be. */
  mend: ((port: number) => Promise<void>) | null;
  close(): Promise<void>;
}

export async function nobodyListens(): Promise<Address> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  let mended: Server | null = null;
  return {
    environment: { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` },
    mend: async (soundPort) => {
      mended = createServer((socket) => {
        const upstream = connect(soundPort, '127.0.0.1');
        socket.pipe(upstream).pipe(socket);
        for (const end of [socket, upstream]) {
          end.on('error', () => {});
          end.on('close', () => [socket, upstream].forEach((each) => each.destroy()));
        }
      });
      await listen(mended, port);
    },
    close: async () => {
      if (mended !== null) await close(mended);
    },
  };
}

/** RFC 6761 keeps the name from ever being one. */
export function nobodyHasTheName(): Promise<Address> {
  return Promise.resolve({
    environment: { ANTHROPIC_BASE_URL: 'http://throughline.invalid' },
    mend: null,
    close: () => Promise.resolve(),
  });
}

export function certificateSignedByItself(): Promise<Address> {
  return serving(createHttpsServer({ key: KEY, cert: CERTIFICATE }), (port) => ({
    ANTHROPIC_BASE_URL: `https://localhost:${port}`,
  }));
}

export function plainHttpWhereTlsIsSpoken(): Promise<Address> {
  return serving(createHttpServer(), (port) => ({ ANTHROPIC_BASE_URL: `https://localhost:${port}` }));
}

export function proxyThatRefuses(): Promise<Address> {
  const proxy = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'));
  });
  return serving(proxy, (port) => ({
    ANTHROPIC_BASE_URL: 'https://throughline.invalid',
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
  }));
}

async function serving(
  server: Server,
  environmentAt: (port: number) => Record<string, string>,
): Promise<Address> {
  const environment = environmentAt(await listen(server));
  return { environment, mend: null, close: () => close(server) };
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
