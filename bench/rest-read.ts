import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { demo } from '../prisma/seed.js';
import { openBenchGateway } from './bench-gateway.js';
import { median, type Row } from './stats.js';

const warmups = 200;
const runs = 1000;

/** Measures a read of one workspace through the REST API, with Hono alone as the baseline, which sends the same bytes. */
export async function benchRestRead(): Promise<Row[]> {
  const gateway = await openBenchGateway();
  const path = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}`;
  const headers = { authorization: `Bearer ${gateway.token}` };
  const agent = new Agent({ keepAlive: true });
  const read = (port: number) =>
    new Promise<string>((resolve, reject) => {
      get({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
  const bytes = await read(gateway.port);
  const app = new Hono();
  app.get(path, (c) => c.body(bytes, 200, { 'content-type': 'application/json' }));
  const bare = await new Promise<ServerType>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(server));
  });
  const barePort = (bare.address() as AddressInfo).port;
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    for (let i = 0; i < warmups + runs; i++) {
      const from = performance.now();
      await read(gateway.port);
      const between = performance.now();
      await read(barePort);
      const end = performance.now();
      if (i < warmups) continue;
      ours.push(between - from);
      theirs.push(end - between);
    }
  } finally {
    agent.destroy();
    bare.close();
    await gateway.close();
  }
  return [
    {
      what: 'REST read of a workspace',
      ours: median(ours),
      baseline: 'bare Hono, the same bytes',
      theirs: median(theirs),
    },
  ];
}
