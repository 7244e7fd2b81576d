import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** What a {@link HoldingProxy} waits for; undefined passes on immediately. */
export interface Holds {
  /** Before the request for a URL is passed on. */
  request?(url: string): Promise<unknown> | undefined;
  /** Before the answer of a URL is passed on. */
  answer?(url: string): Promise<unknown> | undefined;
}

/** A proxy in front of a server, for its requests and its WebSockets. */
export interface HoldingProxy {
  url: string;
  close(): void;
}

/** Starts a proxy on a free port that holds what `holds` says. */
export async function openHoldingProxy(target: string, holds: Holds): Promise<HoldingProxy> {
  const targetPort = Number(new URL(target).port);
  const server = createServer(async (incoming, response) => {
    const { method, url = '', headers } = incoming;
    await holds.request?.(url);
    const outgoing = request({ port: targetPort, method, path: url, headers }, async (answer) => {
      await holds.answer?.(url);
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  server.on('upgrade', ({ method, url, rawHeaders }, socket, head) => {
    const lines = [`${method} ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    const outgoing = connect(targetPort);
    outgoing.write(`${lines.join('\r\n')}\r\n\r\n`);
    outgoing.write(head);
    outgoing.on('error', () => socket.destroy());
    socket.on('error', () => outgoing.destroy());
    socket.pipe(outgoing).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
