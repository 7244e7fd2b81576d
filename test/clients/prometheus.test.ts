import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { dashboardQueries, scrape } from '../support/metrics.js';
import { runProgram } from '../support/python-environment.js';

const metricsToken = 'the-token-of-prometheus';
let at: TestGateway;
let folder: string;
beforeAll(async () => {
  at = await openTestGateway({ env: { METRICS_TOKEN: metricsToken } });
  folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
});
afterAll(async () => {
  await at?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts Debian's Prometheus, which reads the gateway each second, and returns its address. */
async function startPrometheus(): Promise<string> {
  const config = join(folder, 'prometheus.yml');
  await writeFile(join(folder, 'token'), metricsToken);
  await writeFile(
    config,
    `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: notebook-gateway
    authorization: {credentials_file: ${join(folder, 'token')}}
    static_configs:
      - targets: ['${new URL(at.url).host}']
`,
  );
  const port = await freePort('127.0.0.1');
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const child = spawn('prometheus', [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGKILL')) await ended;
  });
  await once(child, 'spawn');
  return `http://127.0.0.1:${port}`;
}

it('a Prometheus server reads the metrics, and answers each query of the dashboard', async () => {
  await at.rest('GET', '/workspaces');
  const prometheus = await startPrometheus();
  const query = async (text: string) => {
    const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(text)}`);
    const { status, error, data } = (await response.json()) as any;
    return status === 'success' ? data.result : error;
  };
  const requests = 'sum(notebook_gateway_requests_total{job="notebook-gateway",operation="listWorkspaces"})';
  await expect
    .poll(() => query(requests).catch(() => []), { timeout: 20_000 })
    .toEqual([{ metric: {}, value: [expect.any(Number), '1'] }]);
  expect(await query('up')).toMatchObject([{ value: [expect.any(Number), '1'] }]);
  for (const one of dashboardQueries()) {
    const text = one.replaceAll('$job', 'notebook-gateway').replaceAll('$__rate_interval', '1m');
    expect([text, await query(text)]).toEqual([text, expect.any(Array)]);
  }
}, 60_000);

it('promtool finds nothing wrong with the names and types of our own metrics', async () => {
  const own = (await scrape(at)).text.split('\n').filter((line) => line.includes('notebook_gateway_'));
  const { exitCode, text } = await runProgram('promtool', ['check', 'metrics'], {
    input: `${own.join('\n')}\n`,
  });
  expect({ exitCode, text }).toEqual({ exitCode: 0, text: '' });
});
