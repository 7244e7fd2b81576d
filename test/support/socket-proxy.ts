import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Unix socket that leads to another one. */
export interface SocketProxy {
  path: string;
  /** Ends all its connections. */
  close(): Promise<void>;
}

/** Opens a {@link SocketProxy} to the socket `target`; `path` is free by default. */
export async function openSocketProxy(
  target: string,
  path = join(tmpdir(), `proxy-${process.pid}-${Date.now()}.sock`),
): Promise<SocketProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(target);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}
