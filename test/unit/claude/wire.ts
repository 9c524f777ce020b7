/** A server that sends exactly the bytes a test tells it to, and says what became of its sockets. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Exchange {
  /** Request line and headers. */
  head: string;
  body: string;
  /** Sends the response's head; the body then goes in chunks. Default: 200, an event stream. */
  respond(status?: number, headers?: Record<string, string>): void;
  /** Sends bytes of the body as one HTTP chunk. */
  send(bytes: string | Uint8Array): void;
  /** Ends the body as HTTP asks for, and leaves the socket open. */
  endBody(): void;
  /** Bytes as they are, without a chunk around them. */
  raw(bytes: string): void;
  /** FIN, in the middle of whatever was going on. */
  fin(): void;
  /** RST, likewise. */
  reset(): void;
  /** Lets the server at another port of this machine answer, with whatever becomes of the connection. */
  forwardTo(port: number): void;
  /** Resolves with `performance.now()` once the other side has closed. */
  closed: Promise<number>;
}

export interface Wire {
  baseUrl: string;
  /** Sockets open at present. */
  openSockets(): number;
  /** Sockets there have been. */
  connections(): number;
  stop(): Promise<void>;
}

export async function startWire(script: (exchange: Exchange) => unknown): Promise<Wire> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const closed = new Promise<number>((resolve) => {
      for (const sign of ['end', 'close']) socket.once(sign, () => resolve(performance.now()));
    });
    socket.on('close', () => sockets.delete(socket));
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const request = wholeRequest(received);
      if (request === null) return;
      received = '';
      void script(exchangeOn(socket, request, closed));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    openSockets: () => sockets.size,
    connections: () => connections,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function wholeRequest(received: string): { head: string; body: string } | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = received.slice(0, headEnd);
  const body = received.slice(headEnd + 4);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return body.length < length ? null : { head, body };
}

function exchangeOn(
  socket: Socket,
  request: { head: string; body: string },
  closed: Promise<number>,
): Exchange {
  return {
    ...request,
    closed,
    respond(status = 200, headers = {}) {
      const all = {
        'content-type': 'text/event-stream; charset=utf-8',
        'transfer-encoding': 'chunked',
        ...headers,
      };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`);
    },
    send(bytes) {
      const chunk = Buffer.from(bytes);
      if (chunk.length === 0 || socket.destroyed) return;
      socket.write(
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
      );
    },
    endBody: () => void socket.write('0\r\n\r\n'),
    raw: (bytes) => void socket.write(bytes),
    fin: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    forwardTo(port) {
      const other = connect(port, '127.0.0.1');
      other.on('error', () => socket.resetAndDestroy());
      socket.on('close', () => other.destroy());
      other.write(Buffer.from(`${request.head}\r\n\r\n${request.body}`, 'latin1'));
      other.pipe(socket);
    },
  };
}
