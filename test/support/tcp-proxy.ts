import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between a client and a server that can break their connections. */
export interface TcpProxy {
  port: number;
  /** Resets all connections; new ones are accepted. */
  cut(): void;
  /** Drops from now on all that the server sends over the connections that are open. */
  hush(): void;
  /** While it is away, it resets new connections too. */
  setAway(isAway: boolean): void;
  close(): Promise<void>;
}

/** Opens a {@link TcpProxy} to a port, by default of this machine. */
export async function openTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const answering = new Set<Socket>();
  let away = false;
  const server = createServer((incoming) => {
    if (away) {
      incoming.on('error', () => {});
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = connect(targetPort, targetHost);
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
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
