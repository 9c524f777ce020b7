/** A way to Temporal that can swallow all packets, both ways, without a word: what a firewall does, and no restart. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Partition {
  address: string;
  swallow(all: boolean): void;
  close(): void;
}

export async function startPartition(target: string): Promise<Partition> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let swallows = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (swallows) from.pause();
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    // Nobody is told: what is sent meanwhile waits in the sockets, as TCP's retransmissions do.
    swallow: (all) => {
      swallows = all;
      for (const socket of sockets)
        if (all) socket.pause();
        else socket.resume();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
