import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import pino from 'pino';
import { expect, it } from 'vitest';
import { GatewayMetrics } from '../../../src/metrics/gateway-metrics.js';
import { reportRequest } from '../../../src/server/http/report-request.js';

it('reports a request whose client left before the answer began with the status 499', async () => {
  const metrics = new GatewayMetrics();
  const server = createServer((req, res) => {
    reportRequest({ log: pino({ enabled: false }), metrics }, req, res, { path: '/healthz', requestId: 'r' });
    if (req.url === '/begun') res.write('x');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const path of ['/begun', '/waits']) {
    const arrived = once(server, 'request');
    const client = connect(port, '127.0.0.1');
    client.write(`GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`);
    await arrived;
    client.destroy();
  }
  const requests = async () =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('notebook_gateway_requests_total{'));
  await expect.poll(requests).toHaveLength(2);
  expect((await requests()).join('\n')).toMatch(/status="200"\} 1\n.*status="499"\} 1/);
  server.close();
});
