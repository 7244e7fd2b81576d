import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import { callDemo } from '../support/demo-requests.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

// A kernel is started, and a gateway twice.
vi.setConfig({ testTimeout: 150_000 });

let dataDir: string;
let port: string;
let gateway: GatewayProcess;
let token: string;
let browser: Browser;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  port = String(await freePort('127.0.0.1'));
  gateway = await startGatewayProcess(dataDir, { PORT: port });
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

const path = 'runs.ipynb';
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const sources = [
  "name = input('Name? ')\nprint('hello', name)",
  `from IPython.display import display, HTML, Image
import base64
display(Image(base64.b64decode('${png}')))
display(HTML('<table><tr><td>in a frame</td></tr></table>'))
print('\\x1b[31mred\\x1b[0m', *(f'\\x1b[{fg};{bg}m{fg} on {bg}\\x1b[0m' for bg in range(41, 48) for fg in range(31, 38)))`,
  "import time\nfor i in range(100):\n    print('step', i, flush=True)\n    time.sleep(0.1)",
  "raise ValueError('no column')",
];
const steps = `${Array.from({ length: 100 }, (_, index) => `step ${index}`).join('\n')}\n`;

const open = async (opened = path): Promise<Page> => {
  const address = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${opened}`;
  const { page } = await openSignedIn(browser, gateway.url, token, { path: address });
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
};
const output = (page: Page, cell: number) =>
  page.getByRole('region', { name: `Output of cell ${cell}`, exact: true });
const run = (page: Page, cell: number) =>
  page.getByRole('button', { name: `Run cell ${cell}`, exact: true }).click();
const textOf = (page: Page, cell: number) => output(page, cell).locator('pre').first().textContent();

it('a notebook is run by one and watched by another, through a reload and a kill of the gateway', async () => {
  const cells = sources.map((source, index) => ({
    ...{ id: `cell-${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await call('POST', `/workspaces/${demo.workspaceId}/files`, { path, notebook });
  const page = await open();
  const other = await open();
  await page.getByRole('list', { name: 'Here now' }).getByText('Admin').waitFor();

  await run(page, 1);
  await page.getByLabel('Name?').fill('Ada', { timeout: 90_000 });
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => textOf(page, 1)).toContain('hello Ada');
  await expect.poll(() => textOf(other, 1)).toContain('hello Ada');

  await run(page, 2);
  for (const one of [page, other]) {
    await output(one, 2).getByRole('img').waitFor();
    await output(one, 2).frameLocator('iframe').getByText('in a frame').waitFor();
    await output(one, 2).locator('.ansi-red-fg').first().waitFor();
  }

  await page.locator('.cell').nth(0).locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\nnam');
  // A kernel that is busy for long has no answer to the first Tab.
  const completion = page.getByRole('option', { name: 'name', exact: true });
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Tab');
        return completion.waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        );
      },
      { timeout: 45_000 },
    )
    .toBe(true);
  await completion.click();
  await page.keyboard.press('Shift+Tab');
  await page.locator('.cm-inspection').getByText('str').first().waitFor();
  await page.keyboard.press('Escape');

  await run(page, 3);
  await expect.poll(() => textOf(other, 3)).toContain('step 3');
  await other.reload();
  await expect.poll(() => textOf(other, 3)).toContain('step 5\n');
  await gateway.kill('SIGKILL');
  for (const one of [page, other]) await one.getByText('Reconnecting…').waitFor();
  gateway = await startGatewayProcess(dataDir, { PORT: port });
  for (const one of [page, other]) await expect.poll(() => textOf(one, 3), { timeout: 90_000 }).toBe(steps);

  expect(await page.getByRole('alert').count()).toBe(0);

  await run(page, 4);
  for (const one of [page, other]) await output(one, 4).getByText('ValueError').first().waitFor();
  await keepScreenshot(page, 'notebook-runs');
  expect(await accessibilityFaults(page)).toEqual([]);

  const stored = async () => {
    const { notebook: saved } = await call('GET', `/workspaces/${demo.workspaceId}/file?path=${path}`);
    return saved.cells.map((cell: { outputs: { text?: string }[] }) => cell.outputs.length);
  };
  await expect.poll(stored).toEqual([1, 3, 1, 1]);
});

it('an error ends a run of all cells', async () => {
  const sources = ["raise ValueError('first')", "print('never')"];
  const cells = sources.map((source, index) => ({
    ...{ id: `all-${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await call('POST', `/workspaces/${demo.workspaceId}/files`, { path: 'all.ipynb', notebook });
  const page = await open('all.ipynb');
  await page.getByRole('button', { name: 'Run all' }).click();
  await page.getByText('Not run, because a cell before it failed.').waitFor({ timeout: 60_000 });
  await output(page, 1).getByText('ValueError').first().waitFor();
  expect(await page.getByText('never', { exact: true }).count()).toBe(0);
  const stored = async () => {
    const { notebook: saved } = await call('GET', `/workspaces/${demo.workspaceId}/file?path=all.ipynb`);
    return saved.cells.map((cell: { outputs: object[] }) => cell.outputs.length);
  };
  await expect.poll(stored).toEqual([1, 0]);
});

it('a run is interrupted, and the kernel is stopped; after the end of its worker another one is started', async () => {
  const page = await open();
  await run(page, 3);
  // What an earlier run printed is there until this one begins.
  await expect.poll(() => textOf(page, 3)).toMatch(/^step 0\n(?![\s\S]*step 99)/);
  await page.getByRole('button', { name: 'Interrupt' }).click();
  await output(page, 3).getByText('KeyboardInterrupt').first().waitFor();
  const { items } = await call('GET', '/workers');
  for (const { id } of items) await call('DELETE', `/workers/${id}`);
  const kernel = page.locator('.kernel-badge');
  await kernel.getByText('python3 stopped: its worker was stopped').waitFor();
  for (const name of ['Interrupt', 'Stop'])
    expect(await page.getByRole('button', { name, exact: true }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await kernel.getByText('Kernel starting').waitFor();
  await kernel.getByText('python3 idle').waitFor({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('No kernel').waitFor();
});
