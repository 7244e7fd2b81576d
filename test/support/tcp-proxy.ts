import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a proxy between a client and a server breaks their connections. */
interface ProxyControls {
  /** Resets all connections; new ones are accepted. */
  cut(): void;
  /** Drops from now on all that the server sends over the connections that are open. */
  hush(): void;
  /** While it is away, it resets new connections too. */
  setAway(isAway: boolean): void;
  /** Ends all its connections. */
  close(): Promise<void>;
}

/** A proxy that listens at a port of this machine. */
export interface TcpProxy extends ProxyControls {
  port: number;
}

/** A proxy that listens at a Unix socket. */
export interface SocketProxy extends ProxyControls {
  path: string;
}

/** Opens a {@link TcpProxy} to a port, by default of this machine. */
export async function openTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const { server, ...proxy } = await openProxy(
    () => connect(targetPort, targetHost),
    (listening) => listening.listen(0, '127.0.0.1'),
  );
  return { ...proxy, port: (server.address() as AddressInfo).port };
}

/** The same between two Unix sockets. @param path where the proxy listens; free by default */
export async function openSocketProxy(
  target: string,
  path = join(tmpdir(), `proxy-${process.pid}-${Date.now()}.sock`),
): Promise<SocketProxy> {
  const { server: _server, ...proxy } = await openProxy(
    () => connect(target),
    (server) => server.listen(path),
  );
  return { ...proxy, path };
}

async function openProxy(
  reach: () => Socket,
  listen: (server: Server) => void,
): Promise<ProxyControls & { server: Server }> {
  const sockets = new Set<Socket>();
  const answering = new Set<Socket>();
  let away = false;
  const server = createServer((incoming) => {
    if (away) {
      incoming.on('error', () => {});
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = reach();
    answering.add(outgoing);
    outgoing.on('close', () => answering.delete(outgoing));
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
  listen(server);
  await once(server, 'listening');
  // A Unix socket has no reset.
  const isUnix = typeof server.address() === 'string';
  const cut = () => {
    for (const socket of sockets) isUnix ? socket.destroy() : socket.resetAndDestroy();
  };
  return {
    server,
    cut,
    hush() {
      for (const socket of answering) socket.unpipe();
    },
    setAway(isAway) {
      away = isAway;
      if (away) cut();
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      return closed;
    },
  };
}
