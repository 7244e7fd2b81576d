import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser, watchedPage } from '../support/browser.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

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

const open = (path = '/', options = {}) => openSignedIn(browser, at.url, at.token, { path, ...options });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const storages = (page: Page) =>
  page.evaluate(() => ({ tab: Object.values(sessionStorage), kept: Object.values(localStorage) }));

it('the form refuses a token that is not valid, and keeps a valid one for the tab', async () => {
  const { page } = await watchedPage(browser);
  await page.goto(at.url);
  await page.getByLabel('API token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect.poll(() => page.getByRole('alert').innerText()).toContain('not valid');
  expect(await storages(page)).toEqual({ tab: [], kept: [] });
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepScreenshot(page, 'sign-in');
  await page.getByLabel('API token').fill(at.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Spaces').waitFor();
  expect(await storages(page)).toEqual({ tab: [at.token], kept: [] });
});

it('a browser keeps the token only when its user wants that, and forgets it at the sign-out', async () => {
  const { page } = await watchedPage(browser);
  await page.goto(at.url);
  await page.getByLabel('API token').fill(at.token);
  await page.getByLabel('Keep me signed in').check();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Spaces').waitFor();
  expect((await storages(page)).kept).toEqual([at.token]);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API token').waitFor();
  expect(await storages(page)).toEqual({ tab: [], kept: [] });
});

it('a link signs in, and its token leaves the address', async () => {
  const { page } = await open();
  await heading(page, 'Spaces').waitFor();
  expect(page.url()).toBe(`${at.url}/`);
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain(at.token);
});

it('a page asks nothing of other hosts and keeps to its policy', async () => {
  const { page, requests, violations, errors } = await open();
  await page.getByRole('link', { name: 'Demo' }).click();
  await heading(page, 'Demo').waitFor();
  await page.getByRole('link', { name: 'Welcome', exact: true }).click();
  await page.getByRole('link', { name: 'README.md' }).waitFor();
  expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
});

it('a workspace is created, gets a notebook, and is archived', async () => {
  const { page } = await open(`/spaces/${demo.slug}`);
  await page.getByRole('button', { name: 'New workspace' }).click();
  const dialog = page.getByRole('dialog', { name: 'New workspace' });
  await dialog.getByLabel('Name').fill('Prices');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await heading(page, 'Prices').waitFor();
  await page.getByRole('button', { name: 'New notebook' }).click();
  await page.getByLabel('Path').fill('reports/week');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('path')).toBe('reports/week.ipynb');
  const { body } = await at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=reports/week.ipynb`);
  expect(body.notebook.cells).toHaveLength(1);
  expect(body.notebook.metadata).toMatchObject({
    kernelspec: { name: 'python3' },
    language_info: { name: 'python' },
  });
  await page.goto(`${at.url}/spaces/${demo.slug}`);
  await page.getByRole('button', { name: 'Archive Prices' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
  await expect.poll(() => page.getByRole('link', { name: 'Prices' }).count()).toBe(0);
});

it('what others do appears by itself: workspaces on the dashboard, files in a workspace', async () => {
  const { page } = await open(`/spaces/${demo.slug}`);
  await heading(page, 'Demo').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const { data } = await at.graphql(
    `mutation { createWorkspace(spaceSlug: "demo", input: {name: "From afar", defaultRepositoryId: "${demo.repositoryId}"}) { id } }`,
  );
  await page.getByRole('link', { name: 'From afar' }).click();
  await page.getByRole('link', { name: 'README.md' }).waitFor();
  const path = `/workspaces/${data.createWorkspace.id}/authoring-files`;
  expect((await at.rest('POST', path, { body: { path: 'new.md', content: 'new' } })).status).toBe(201);
  await page.getByRole('link', { name: 'new.md' }).waitFor();
});

it.each([
  ['light', { colorScheme: 'light' as const }],
  ['dark', { colorScheme: 'dark' as const }],
  ['phone', { viewport: { width: 390, height: 844 } }],
])('the pages have no serious accessibility fault: %s', async (name, options) => {
  const { page } = await open('/', options);
  await page.getByRole('link', { name: 'Demo' }).waitFor();
  const faults = await accessibilityFaults(page);
  await page.getByRole('link', { name: 'Demo' }).click();
  await heading(page, 'Repositories 1').waitFor();
  await keepScreenshot(page, `space-${name}`);
  faults.push(...(await accessibilityFaults(page)));
  await page.getByRole('link', { name: 'Welcome', exact: true }).click();
  await page.getByRole('link', { name: 'README.md' }).waitFor();
  await keepScreenshot(page, `workspace-${name}`);
  faults.push(...(await accessibilityFaults(page)));
  expect(faults).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

it('the keyboard alone opens a workspace, and a dialog gives the focus back', async () => {
  const { page } = await open(`/spaces/${demo.slug}`);
  const button = page.getByRole('button', { name: 'New workspace' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.getByRole('link', { name: 'Welcome', exact: true }).focus();
  await page.keyboard.press('Enter');
  await heading(page, 'Welcome').waitFor();
});

it('the first page has at most 500 KB, compressed', async () => {
  const { page, requests } = await open();
  await page.getByRole('link', { name: 'Demo' }).waitFor();
  const files = [...new Set(requests.filter((url) => /\/assets\/|\/$/.test(new URL(url).pathname)))];
  const sizes = await Promise.all(
    files.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length),
  );
  expect(files.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(500_000);
});

it('a token that is revoked while a page is open ends the session with a sentence', async () => {
  const { id, token } = await makeUser(at, { role: 'editor' });
  const { page } = await openSignedIn(browser, at.url, token, { path: `/spaces/${demo.slug}` });
  await page.getByText('Live', { exact: true }).waitFor();
  const { data } = await at.graphql(
    'query ($id: String) { users(search: $id) { nodes { id apiTokens { nodes { id } } } } }',
    {
      id: 'user',
    },
  );
  const user = data.users.nodes.find((one: { id: string }) => one.id === id);
  await at.graphql(`mutation { revokeApiToken(id: "${user.apiTokens.nodes[0].id}") { id } }`);
  await page.getByLabel('API token').waitFor({ timeout: 20_000 });
  expect(await page.getByRole('alert').innerText()).toContain('not valid any more');
  expect(await storages(page)).toEqual({ tab: [], kept: [] });
});

it('a workspace shows who else has it open, and so does its card on the dashboard', async () => {
  const { token } = await makeUser(at, { role: 'editor', name: 'Grace' });
  const path = `/spaces/${demo.slug}/workspaces/${demo.workspaceId}`;
  const { page } = await open(path);
  const { page: dashboard } = await open(`/spaces/${demo.slug}`);
  const grace = await openSignedIn(browser, at.url, token, { path });
  await page.getByRole('list', { name: 'Here now' }).getByText('Grace').waitFor();
  await dashboard.getByRole('list', { name: 'Here now' }).getByText('Grace').waitFor();
  await keepScreenshot(page, 'presence');
  await grace.page.close();
  await expect.poll(() => page.getByText('Grace').count(), { timeout: 20_000 }).toBe(0);
});

it('a link does not change the user of a page without a question, also of one that is open', async () => {
  const { token } = await makeUser(at, { role: 'editor', name: 'Mallory' });
  const { page } = await open();
  await page.getByRole('link', { name: 'Admin', exact: true }).waitFor();
  // The first loads the page, the second changes the fragment of the open one.
  for (let visits = 0; visits < 2; visits++) {
    await page.goto(`${at.url}/?again#token=${token}`);
    await page.getByRole('button', { name: 'Stay signed in as you are' }).click();
    expect(page.url()).not.toContain(token);
    expect((await storages(page)).tab).toEqual([at.token]);
  }
  await page.goto(`${at.url}/?again#token=${token}`);
  await page.getByRole('button', { name: 'Use the token of the link' }).click();
  await page.getByRole('link', { name: 'Mallory' }).waitFor();
});

it('where no WebSocket gets through, the page follows over server-sent events', async () => {
  const context = await browser.newContext();
  await context.routeWebSocket(/graphql/, (socket) => socket.close({ code: 1011 }));
  const { page } = await watchedPage(context);
  await page.goto(`${at.url}/spaces/${demo.slug}#token=${at.token}`);
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 });
  const { data } = await at.graphql(
    `mutation { createWorkspace(spaceSlug: "demo", input: {name: "By events", defaultRepositoryId: "${demo.repositoryId}"}) { id } }`,
  );
  expect(data.createWorkspace.id).toBeTruthy();
  await page.getByRole('link', { name: 'By events' }).waitFor();
});

it('seven open tabs do not keep the eighth waiting', async () => {
  const context = await browser.newContext();
  const tabs = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
  for (const tab of tabs) {
    await tab.goto(`${at.url}/spaces/${demo.slug}#token=${at.token}`);
    await tab.getByText('Live', { exact: true }).waitFor();
  }
  const last = await context.newPage();
  await last.goto(`${at.url}/#token=${at.token}`);
  await last.getByRole('link', { name: 'Demo' }).waitFor({ timeout: 10_000 });
});

it('a failed answer in the background leaves the page as it was, with a sentence, and is asked for again', async () => {
  const { page } = await open(`/spaces/${demo.slug}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.route('**/graphql', (route) => route.abort());
  await at.graphql(
    `mutation { createWorkspace(spaceSlug: "demo", input: {name: "Later", defaultRepositoryId: "${demo.repositoryId}"}) { id } }`,
  );
  await page.getByText('does not answer').first().waitFor();
  expect(await page.getByRole('link', { name: 'Welcome', exact: true }).count()).toBe(1);
  await page.unroute('**/graphql');
  await page.getByRole('link', { name: 'Later' }).waitFor({ timeout: 20_000 });
  await expect.poll(() => page.getByText('does not answer').count()).toBe(0);
});
