import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import { parseAllowedHosts } from '../../../src/validation/allowed-hosts.js';
import { connectToServer } from '../../../src/workers/servers/connect-to-server.js';
import { probeServer } from '../../../src/workers/servers/probe-server.js';
import type { RegisteredServer } from '../../../src/workers/servers/registered-server.js';
import { ServerHealth } from '../../../src/workers/servers/server-health.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { runCell, startPython } from '../../support/kernel.js';
import { selfSigned } from '../../support/self-signed.js';

const none = parseAllowedHosts([])!;
const loopback = parseAllowedHosts(['127.0.0.0/8', '::1/128'])!;
const closers: (() => void)[] = [];
let jupyter: TestJupyter;

beforeAll(async () => {
  jupyter = await startTestJupyter();
}, 300_000);
afterAll(() => jupyter.close());
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const probe = async (baseUrl: string, token = 't') =>
  (await probeServer({ baseUrl, token })).unavailableReason;

describe('a probe', () => {
  test('finds the kernelspecs of a Jupyter server', async () => {
    expect(await probeServer(jupyter.endpoint)).toEqual({
      unavailableReason: null,
      kernelNames: ['python3'],
    });
    expect(await probe(jupyter.endpoint.baseUrl, 'wrong')).toMatch(/refused the token/);
  });

  test.each<[string, RequestListener, RegExp]>([
    ['another page', (_, res) => res.end('<html>hello</html>'), /not a Jupyter server/],
    ['JSON of another form', (_, res) => res.end('{"kernelspecs": [1, 2]}'), /not a Jupyter server/],
    ['bytes', (_, res) => res.end(Buffer.from([0xff, 0xfe, 0, 1])), /not a Jupyter server/],
    ['an error', (_, res) => res.writeHead(500).end('a-secret-of-the-server'), /not a Jupyter server/],
    ['a broken connection', (req) => req.socket.destroy(), /does not answer/],
    ['what is no HTTP', (req) => req.socket.end('SSH-2.0-OpenSSH\r\n'), /does not answer/],
  ])('refuses a server that answers with %s', async (_what, listener, reason) => {
    const found = await probe(await listen(listener));
    expect(found).toMatch(reason);
    expect(found).not.toContain('secret');
  });

  test('does not follow a redirect, and sends its token nowhere else', async () => {
    let isReached = false;
    const target = await listen((_, res) => {
      isReached = true;
      res.end('{}');
    });
    const redirecting = await listen((_, res) =>
      res.writeHead(302, { location: `${target}api/status` }).end(),
    );
    expect(await probe(redirecting)).toMatch(/redirects to another address/);
    expect(isReached).toBe(false);
  });

  test('reads no answer without end, and none of a gigabyte', async () => {
    let sent = 0;
    const endless = await listen((_, res) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const more = () => {
        while (sent < 1024 ** 3 && res.write(chunk)) sent += chunk.length;
      };
      res.writeHead(200, { 'content-type': 'application/json' }).on('drain', more);
      more();
    });
    expect(await probe(endless)).toMatch(/does not answer/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test.each<[string, RequestListener]>([
    ['never answers', () => {}],
    [
      'sends a byte now and then',
      (_, res) => {
        const timer = setInterval(() => res.write(' '), 200);
        closers.push(() => clearInterval(timer));
      },
    ],
  ])('ends within 5 seconds when a server %s', async (_what, listener) => {
    const baseUrl = await listen(listener);
    const from = performance.now();
    expect(await probe(baseUrl)).toMatch(/does not answer/);
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  test('refuses a certificate that nobody vouches for', async () => {
    const server = createTlsServer(selfSigned('jupyter.example')).listen(0, '127.0.0.1');
    closers.push(() => server.close());
    await once(server, 'listening');
    const url = new URL(`https://jupyter.example:${(server.address() as AddressInfo).port}/`);
    const connect = () => connectToServer(url, loopback, async () => ['127.0.0.1']);
    const { unavailableReason } = await probeServer({ baseUrl: url.href, token: 't', connect });
    expect(unavailableReason).toMatch(/certificate/);
  });
});

describe('a connection', () => {
  const port = () => Number(new URL(jupyter.endpoint.baseUrl).port);

  test.each([
    ['http://127.0.0.1:9/', ['127.0.0.1']],
    ['http://[::1]:9/', ['::1']],
    ['http://0x7f.1:9/', ['127.0.0.1']],
    ['http://jupyter.example/', ['10.1.2.3']],
    ['http://jupyter.example/', ['169.254.169.254']],
    ['http://jupyter.example/', ['fd00::1']],
    ['http://jupyter.example/', ['::ffff:127.0.0.1']],
    ['http://jupyter.example/', ['93.184.216.34', '192.168.0.1']],
  ])('to %s at %j is refused', async (url, addresses) => {
    await expect(connectToServer(new URL(url), none, async () => addresses)).rejects.toThrow(
      /address that the configuration does not allow/,
    );
  });

  test('to a host without an address is refused', async () => {
    const lookup = async () => [];
    await expect(connectToServer(new URL('http://jupyter.example/'), none, lookup)).rejects.toThrow(
      /has no address/,
    );
  });

  test('looks the host up each time, and goes only to an address that was checked', async () => {
    // Jupyter refuses the names of other hosts.
    const url = new URL(`http://localhost:${port()}/`);
    const lookups: string[] = [];
    let address = '127.0.0.1';
    const lookup = async (host: string) => {
      lookups.push(host);
      return [address];
    };
    const onlyThis = parseAllowedHosts(['127.0.0.1/32'])!;
    let connections = 0;
    const connect = () => {
      connections += 1;
      return connectToServer(url, onlyThis, lookup);
    };
    const endpoint = { ...jupyter.endpoint, baseUrl: url.href, connect };
    const client = new JupyterClient(endpoint);
    try {
      // Also the WebSocket of the kernel takes this way; requests may share a connection.
      const kernel = await startPython(client);
      expect((await runCell(kernel, 'print(6 * 7)')).text).toBe('42\n');
      await kernel.shutdown();
    } finally {
      client.dispose();
    }
    expect(connections).toBeGreaterThanOrEqual(2);
    expect(lookups).toHaveLength(connections);
    expect(new Set(lookups)).toEqual(new Set(['localhost']));

    address = '127.0.0.2';
    expect((await probeServer(endpoint)).unavailableReason).toMatch(/does not allow/);
  });

  test('tries the next address when the first does not answer', async () => {
    const url = new URL(`http://jupyter.example:${port()}/`);
    const socket = await connectToServer(url, loopback, async () => ['127.0.0.9', '127.0.0.1']);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });
});

describe('what is known of a server', () => {
  const server = (baseUrl: string, token = 't'): RegisteredServer => ({
    ...{ id: 'a', name: 'a', capacity: null, isEnabled: true, fault: null },
    endpoint: { baseUrl, token },
  });

  test('is asked once, however many ask, and kept for a while', async () => {
    let requests = 0;
    const baseUrl = await listen((_, res) => {
      requests += 1;
      res.end('{"kernelspecs": {"python3": {}}}');
    });
    const health = new ServerHealth();
    const states = await Promise.all(Array.from({ length: 20 }, () => health.check(server(baseUrl))));
    expect(new Set(states).size).toBe(1);
    expect(states[0]).toMatchObject({ unavailableReason: null, kernelNames: ['python3'], missedSince: null });
    await health.check(server(baseUrl));
    expect(requests).toBe(2);
    expect(health.known(server(baseUrl))).toBe(states[0]);
  });

  test('is worthless with another token, and forgotten with the server', async () => {
    const health = new ServerHealth();
    await health.check(server(jupyter.endpoint.baseUrl, jupyter.endpoint.token));
    const other = server(jupyter.endpoint.baseUrl, 'wrong');
    expect(health.known(other)).toBeUndefined();
    expect((await health.check(other)).unavailableReason).toMatch(/token/);
    health.keepOnly([]);
    expect(health.known(other)).toBeUndefined();
  });

  test('is its fault when it has one, and it is not asked', async () => {
    let isAsked = false;
    const baseUrl = await listen((_, res) => {
      isAsked = true;
      res.end();
    });
    const state = await new ServerHealth().check({ ...server(baseUrl), fault: 'Its fault.' });
    expect(state.unavailableReason).toBe('Its fault.');
    expect(isAsked).toBe(false);
  });
});
