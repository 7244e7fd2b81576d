import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy in front of several servers. */
export interface RoundRobinProxy {
  url: string;
  close(): void;
}

/**
 * Sends each request to the next server, or to the one after it when that refuses the connection, as nginx does by default.
 * @param servers their URLs, asked for at each request
 */
export async function startRoundRobinProxy(servers: () => string[]): Promise<RoundRobinProxy> {
  let next = 0;
  const proxy: Server = createServer(async (req, res) => {
    const body: Buffer[] = [];
    for await (const chunk of req) body.push(chunk);
    const all = servers();
    next += 1;
    const send = (tried: number) => {
      const { method, url, headers } = req;
      const passed = request(`${all[(next + tried) % all.length]}${url}`, { method, headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
        answer.once('error', () => res.destroy());
      });
      passed.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED' && tried + 1 < all.length) send(tried + 1);
        else res.destroy();
      });
      passed.end(Buffer.concat(body));
    };
    send(0);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
