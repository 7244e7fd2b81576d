import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, type WatchedPage, watchedPage } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

async function reference(): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const watched = await watchedPage(context);
  const { page } = watched;
  await page.goto(`${at.url}/docs`);
  await page.getByLabel('API token').fill(at.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Notebook gateway' }).waitFor();
  return watched;
}

/** Opens the form of an operation, sends it, and waits for its answer. */
async function send(page: Page, tag: string, summary: string) {
  await page.locator(`[data-tag="${tag}"]`).click();
  const form = page.locator('.opblock').filter({ hasText: summary });
  await form.getByText(summary).click();
  const answered = page.waitForResponse((response) => response.url().includes('/notebooks/'));
  await form.getByRole('button', { name: 'Execute' }).click();
  return answered;
}

it('shows the operations, and one that is tried is sent with the token and answered', async () => {
  const { page, requests, violations, errors } = await reference();
  for (const tag of ['Workspaces', 'Files', 'Executions', 'Events'])
    await page.locator(`[data-tag="${tag}"]`).waitFor();
  const response = await send(page, 'Kernels', 'List the enabled resource classes of workers, newest first.');
  expect(new URL(response.url()).pathname).toMatch(/\/spaces\/demo\/notebooks\/worker-resource-classes$/);
  expect(response.status()).toBe(200);
  await page.locator('.live-responses-table').getByText('"standard"').first().waitFor();
  expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
  const stored = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), document.cookie]));
  expect(stored).not.toContain(at.token);
});

it('loads the reader only on its page', async () => {
  const { page, requests } = await watchedPage(await browser.newContext());
  await page.goto(at.url);
  await page.getByLabel('API token').fill(at.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'API', exact: true }).waitFor();
  expect(requests.filter((url) => url.includes('swagger'))).toEqual([]);
  await page.getByRole('link', { name: 'API', exact: true }).click();
  await page.getByRole('heading', { name: 'Notebook gateway' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/docs');
});
