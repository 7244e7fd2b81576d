import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A WebSocket that speaks `graphql-transport-ws`, as texts. */
export interface GraphQLSocket {
  ws: WebSocket;
  send(message: unknown): void;
  /** The next message that has not been read. */
  next(): Promise<string>;
  /** What the socket was closed with. */
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a socket; with `params` it is also initialized, and its first message has been read. */
export async function openSocket(
  url: string,
  { params, headers, protocol = 'graphql-transport-ws' }: SocketOptions = {},
): Promise<GraphQLSocket> {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocol, { headers });
  const waiting: string[] = [];
  let wake = () => {};
  ws.on('message', (data) => {
    waiting.push(String(data));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(ws, 'open');
  const socket: GraphQLSocket = {
    ws,
    closed,
    send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next() {
      while (waiting.length === 0) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const end = await Promise.race([woken, closed]);
        if (end && waiting.length === 0) throw new Error(`closed with ${end.code} ${end.reason}`);
      }
      return waiting.shift()!;
    },
  };
  if (params === undefined) return socket;
  socket.send({ type: 'connection_init', payload: params });
  await socket.next();
  return socket;
}

export interface SocketOptions {
  /** The payload of `connection_init`. */
  params?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Those that the client offers; default `graphql-transport-ws`. */
  protocol?: string | string[];
}
