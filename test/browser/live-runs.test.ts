import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

// A gateway is started twice, and a kernel with it.
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
  const { data } = await graphql('{ space(slug: "demo") { workers { nodes { id } } } }');
  for (const { id } of data.space.workers.nodes)
    await graphql(`mutation { stopWorker(spaceSlug: "demo", id: "${id}") }`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

async function graphql(query: string, variables?: object) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: any };
}

async function openSession(): Promise<string> {
  const { data } = await graphql(`mutation { createSession(spaceSlug: "demo", input: {
    workspaceId: "${demo.workspaceId}", path: "${demo.notebookPath}" }) { session { id } } }`);
  return data.createSession.session.id;
}
const run = (session: string, code: string) =>
  graphql(
    `mutation ($code: String!) { executeCell(spaceSlug: "demo", sessionId: "${session}", input: {code: $code}) { id } }`,
    { code },
  );

const runs = (page: Page) => page.getByRole('region', { name: /^Runs/ });
const output = (page: Page) => runs(page).locator('.run-output pre').first();

it('runs of others, workers and errors appear as they happen, and a restart of the gateway loses nothing', async () => {
  const { page } = await openSignedIn(browser, gateway.url, token, { path: `/spaces/${demo.slug}` });
  await page.getByText('Nothing runs.').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  let loads = 0;
  page.on('load', () => loads++);

  const session = await openSession();
  const workers = page.getByRole('region', { name: /^Workers and kernels/ });
  await workers.getByText('ready').waitFor({ timeout: 30_000 });
  await workers.getByRole('link', { name: demo.notebookPath }).waitFor();
  await workers.getByRole('meter', { name: 'Memory' }).waitFor({ timeout: 40_000 });

  await run(session, 'raise ValueError("no column price")');
  await page
    .getByRole('region', { name: /^Recent errors/ })
    .getByText('ValueError: no column price')
    .waitFor();

  await run(
    session,
    'import time\nfor i in range(100):\n    print("step", i, flush=True)\n    time.sleep(0.2)',
  );
  await expect.poll(() => output(page).innerText(), { timeout: 20_000 }).toContain('step 3');
  await keepScreenshot(page, 'space-run');
  expect(await accessibilityFaults(page)).toEqual([]);

  await gateway.kill('SIGKILL');
  await page.getByText('Reconnecting…').waitFor();
  gateway = await startGatewayProcess(dataDir, { PORT: port });
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
  await expect.poll(() => output(page).innerText(), { timeout: 90_000 }).toContain('step 99');
  const lines = (await output(page).innerText()).trim().split('\n');
  expect(lines).toEqual(Array.from({ length: 100 }, (_, index) => `step ${index}`));
  await runs(page).getByText('ok', { exact: true }).waitFor();

  await run(session, 'print("after the restart")');
  await runs(page).getByText('print("after the restart")').first().waitFor();
  expect(loads).toBe(0);
});

it('errors of before are named on a page that is opened later', async () => {
  const { page } = await openSignedIn(browser, gateway.url, token, { path: `/spaces/${demo.slug}` });
  const errors = page.getByRole('region', { name: /^Recent errors/ });
  await errors.getByText('ValueError: no column price').waitFor();
});

it('what cells wrote is listed, downloaded, and committed to the branch', async () => {
  await run(await openSession(), 'open("result.csv", "w").write("a\\n1\\n")');
  const { page } = await openSignedIn(browser, gateway.url, token, {
    path: `/spaces/${demo.slug}/workspaces/${demo.workspaceId}?folder=notebooks`,
  });
  await runs(page).getByText('open("result.csv"').first().waitFor();
  await runs(page).getByText('ok', { exact: true }).nth(2).waitFor();
  await page.getByRole('button', { name: /^Files of the worker/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Files of the worker' });
  await dialog.getByText('added').waitFor();
  await keepScreenshot(page, 'worker-files');
  expect(await accessibilityFaults(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download notebooks/result.csv' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('result.csv');
  await dialog.getByRole('button', { name: 'Commit to main' }).click();
  await dialog.getByRole('alert').getByText('Choose at least one file.').waitFor();
  await dialog.getByLabel('notebooks/result.csv').first().check();
  await dialog.getByRole('button', { name: 'Commit to main' }).click();
  await dialog.getByText(/^Committed as /).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'result.csv' }).waitFor();
});

it('a stopped worker leaves the dashboard', async () => {
  const { page } = await openSignedIn(browser, gateway.url, token, {
    path: `/spaces/${demo.slug}/workspaces/${demo.workspaceId}`,
  });
  await page.getByRole('button', { name: /^Stop the worker/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Nothing runs.').waitFor({ timeout: 30_000 });
});
