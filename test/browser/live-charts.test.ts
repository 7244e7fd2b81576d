import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import { chartFrame, chartTypes, plotlyFigure, vegaChart, vegaLiteChart } from '../support/charts.js';
import { callDemo } from '../support/demo-requests.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { keepScreenshot, openSignedIn } from '../support/pages.js';

// A gateway and a kernel are started.
vi.setConfig({ testTimeout: 150_000 });

let dataDir: string;
let gateway: GatewayProcess;
let token: string;
let browser: Browser;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  gateway = await startGatewayProcess(dataDir);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  const { items } = await call('GET', '/workers');
  for (const { id } of items) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: object): Promise<any> {
  const response = await callDemo({ url: gateway.url, token }, method, path, body);
  return response.status === 204 ? undefined : response.json();
}

const path = 'charts.ipynb';
/** A cell that displays a bundle; the kernel needs no package for that. */
const displaying = (type: string, chart: object) => `import json
from IPython.display import display
bundle = {${JSON.stringify(type)}: json.loads(r'''${JSON.stringify(chart)}'''), 'text/plain': 'plain'}
shown = display(bundle, raw=True, display_id=True)`;
const sources = [
  displaying(chartTypes.plotly, plotlyFigure),
  // As Altair 6 names it.
  displaying('application/vnd.vegalite.v6.json', vegaLiteChart),
  displaying(chartTypes.vega, vegaChart),
  `bundle = {'${chartTypes.vega}': {'width': 321, 'height': 50}}
shown.update(bundle, raw=True)
print('updated')`,
];
const drawn = { timeout: 40_000 };

async function seesCharts(page: Page): Promise<void> {
  await chartFrame(page, 1).locator('.scatterlayer .point').first().waitFor(drawn);
  await chartFrame(page, 2).locator('canvas').waitFor(drawn);
  await chartFrame(page, 3).locator('canvas').waitFor(drawn);
}
const widthIn = (page: Page, cell: number) =>
  chartFrame(page, cell)
    .locator('canvas')
    .evaluate((canvas) => canvas.clientWidth, undefined, drawn);

it('charts that a cell displays are drawn live, changed, and drawn again from the saved notebook', async () => {
  const cells = sources.map((source, index) => ({
    ...{ id: `cell-${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await call('POST', `/workspaces/${demo.workspaceId}/files`, { path, notebook });
  const address = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${path}`;
  const { page, requests } = await openSignedIn(browser, gateway.url, token, { path: address });
  await page.getByText('Live', { exact: true }).waitFor();
  for (const cell of [1, 2, 3]) {
    await page.getByRole('button', { name: `Run cell ${cell}`, exact: true }).click();
    await chartFrame(page, cell).locator('.main-svg, canvas').first().waitFor({ timeout: 90_000 });
  }
  await seesCharts(page);
  expect(await widthIn(page, 3)).toBeLessThan(300);
  await page.getByRole('button', { name: 'Run cell 4', exact: true }).click();
  await expect.poll(() => widthIn(page, 3)).toBeGreaterThan(320);
  await keepScreenshot(page, 'notebook-charts-live');

  await page.getByText('Saved', { exact: true }).waitFor();
  const read = async () =>
    (await call('GET', `/workspaces/${demo.workspaceId}/file?path=${path}`)).notebook.cells;
  await expect.poll(async () => (await read())[3].outputs.length).toBe(1);
  expect((await read())[0].outputs[0].data[chartTypes.plotly]).toEqual(plotlyFigure);
  expect(Object.keys((await read())[1].outputs[0].data)).toContain('application/vnd.vegalite.v6+json');
  await page.reload();
  await seesCharts(page);
  expect(requests.filter((url) => new URL(url).host !== new URL(gateway.url).host)).toEqual([]);
});
