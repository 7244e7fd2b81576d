import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse, validate } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { exampleOperations } from '../../src/server/graphql/explorer/example-operations.js';
import { openBrowser, type WatchedPage, watchedPage } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot } from '../support/pages.js';

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

async function openPage(hash = ''): Promise<WatchedPage> {
  const watched = await watchedPage(await browser.newContext());
  await watched.page.goto(`${at.url}/graphql${hash}`);
  return watched;
}

async function signIn(page: Page, { token = at.token, keep = false } = {}): Promise<void> {
  await page.getByLabel('API token').fill(token);
  if (keep) await page.getByLabel('Keep it').check();
  await page.getByRole('button', { name: 'Open' }).click();
}

/** A page behind the form. */
async function explorer(hash?: string): Promise<WatchedPage> {
  const watched = await openPage(hash);
  await signIn(watched.page);
  await editor(watched.page).waitFor();
  return watched;
}

const editor = (page: Page) => page.locator('.graphiql-editors .monaco-editor').first();

/** The title of the open tab: the name of its operation. */
const openTab = (page: Page) =>
  page.getByRole('tab', { selected: true }).getByRole('button').first().innerText();

/** Replaces the operation in the editor by one with a name. */
async function write(page: Page, text: string): Promise<void> {
  await editor(page).locator('.view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
  await expect.poll(() => openTab(page)).toBe(text.split(' ')[1]);
}

const run = (page: Page) => page.getByRole('button', { name: 'Execute query' }).click();

/** The text of the pane with the result, as it is shown. */
const result = (page: Page) =>
  page
    .locator('.result-window .view-lines')
    .innerText()
    .then((text) => text.replace(/\u00a0/g, ' '));

const storages = (page: Page) =>
  page.evaluate(() => JSON.stringify([Object.entries(localStorage), document.cookie]) as string);

const kept = (page: Page) => page.evaluate(() => Object.values(sessionStorage));

it('a page that is used asks nothing of other hosts and keeps to its Content-Security-Policy', async () => {
  const { page, requests, violations, errors } = await explorer();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.getByRole('button', { name: 'Open short keys dialog' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.keyboard.press('Escape');
  await run(page);
  await expect.poll(() => result(page)).toContain('"Admin"');
  expect(requests.length).toBeGreaterThan(2);
  expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
});

it('who is signed in on the pages needs no token for the explorer, and finds the way back', async () => {
  const { page } = await watchedPage(await browser.newContext({ colorScheme: 'dark' }));
  await page.goto(`${at.url}/docs#token=${at.token}`);
  await page.getByRole('link', { name: 'GraphQL explorer' }).click();
  await editor(page).waitFor();
  await keepScreenshot(page, 'explorer-dark');
  expect(await storages(page)).not.toContain(at.token);
  await page.getByRole('link', { name: 'Notebook gateway' }).click();
  await page.getByRole('heading', { name: 'Spaces' }).waitFor();
});

it('the form for the token fits a phone and has no accessibility fault', async () => {
  const viewport = { width: 390, height: 844 };
  const { page } = await watchedPage(await browser.newContext({ viewport, colorScheme: 'dark' }));
  await page.goto(`${at.url}/graphql`);
  const field = await page.getByLabel('API token').boundingBox();
  expect(field!.x + field!.width).toBeLessThanOrEqual(viewport.width - 12);
  await keepScreenshot(page, 'explorer-form');
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('the watched page reports what its policy blocks', async () => {
  const { page, violations } = await openPage();
  await page.evaluate(() => fetch('http://127.0.0.1:1/').catch(() => {}));
  await expect.poll(() => violations).toEqual(['connect-src http://127.0.0.1:1/']);
});

it('a token that is not valid is refused with what to do next', async () => {
  const { page } = await openPage();
  await signIn(page, { token: 'wrong', keep: true });
  await expect
    .poll(() => page.getByRole('alert').innerText())
    .toBe('This token is not valid; ask an admin for a new one.');
  expect(await kept(page)).toEqual([]);
  await signIn(page);
  await editor(page).waitFor();
});

it('the documentation pane and completion work as soon as the token is entered', async () => {
  const { page } = await explorer();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).first().click();
  await page.locator('.graphiql-doc-explorer-content').getByText('warmPools').waitFor();
  await write(page, 'query Complete { spa');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: 'spaces' }).waitFor();
});

it('a query runs with its variables, and a fault is shown with its code', async () => {
  const { page } = await explorer();
  await run(page);
  await expect.poll(() => result(page)).toContain(demo.notebookPath);
  await write(page, 'query Fault { nothing }');
  await run(page);
  await expect.poll(() => result(page)).toContain('"code": "invalid_request"');
});

it('a subscription shows its events one below the other, and stopping it ends the stream', async () => {
  const { page, errors } = await explorer();
  const { bus } = at.gateway.services;
  const listeners = () => bus.listenerCount('commit', demo.repositoryId);
  const before = listeners();
  await page.getByRole('button', { name: 'WatchFiles' }).click();
  await expect.poll(() => editor(page).innerText()).toContain('subscription');
  await run(page);
  await expect.poll(listeners).toBe(before + 1);
  for (const name of ['one', 'two']) {
    const body = { path: `${name}.md`, content: name };
    expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body })).status).toBe(
      201,
    );
    await expect.poll(() => result(page)).toContain(`Create ${name}.md`);
  }
  const shown = await result(page);
  expect(shown.indexOf('Create one.md')).toBeLessThan(shown.indexOf('Create two.md'));
  await page.getByRole('button', { name: 'Stop query' }).click();
  await expect.poll(listeners).toBe(before);
  expect(await result(page)).toContain('Create two.md');
  expect(errors).toEqual([]);
});

it('a subscription that is refused shows why', async () => {
  const { page } = await explorer();
  await write(
    page,
    `subscription Foreign { fileChanged(spaceSlug: "other", workspaceId: "${demo.workspaceId}") { path } }`,
  );
  await run(page);
  await expect.poll(() => result(page)).toContain('"code": "not_found"');
});

describe('the token', () => {
  it('is in no storage and no address, also when an operation is written and run', async () => {
    const { page, requests } = await explorer();
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor').last().click();
    await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${at.token}` }));
    await write(page, 'query Mine { me { email } }');
    await run(page);
    await expect.poll(() => result(page)).toContain('"email"');
    await expect.poll(() => page.url()).toContain('Mine');
    expect(await storages(page)).toContain('query Mine');
    expect(await storages(page)).not.toContain(at.token);
    expect(await kept(page)).toEqual([]);
    expect([page.url(), ...requests].filter((url) => url.includes(at.token))).toEqual([]);
    await page.reload();
    await page.getByLabel('API token').waitFor();
  });

  it('is kept for the tab alone when the user asks for it', async () => {
    const { page } = await openPage();
    await signIn(page, { keep: true });
    await editor(page).waitFor();
    expect(await kept(page)).toEqual([at.token]);
    expect(await storages(page)).not.toContain(at.token);
    await page.reload();
    await editor(page).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${at.url}/graphql`);
    await other.getByLabel('API token').waitFor();
  });

  it('that was kept and is no longer valid is forgotten', async () => {
    const { page } = await openPage();
    await page.evaluate(() => sessionStorage.setItem('notebook-gateway-token', 'revoked'));
    await page.reload();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('not valid');
    expect(await kept(page)).toEqual([]);
  });
});

describe('the tabs', () => {
  it('begin with examples, which are valid', async () => {
    const { page } = await explorer();
    const titles = await page.locator('.graphiql-tab-button').allInnerTexts();
    expect(titles).toEqual(['Workspaces', 'WatchFiles', 'SaveFile', 'StartSession', 'RunCell', 'FollowRun']);
    for (const { query } of exampleOperations) expect(validate(at.gateway.schema, parse(query))).toEqual([]);
  });

  it('have an address each, which opens the operation and its variables for another user', async () => {
    const { page } = await explorer();
    await page.getByRole('button', { name: 'SaveFile' }).click();
    await expect.poll(() => page.url()).toContain('SaveFile');
    const { hash, search } = new URL(page.url());
    expect(search).toBe('');
    const { page: other } = await explorer(hash);
    expect(await openTab(other)).toBe('SaveFile');
    await run(other);
    await expect.poll(() => result(other)).toContain('"README.md"');
    const tabs = await other.getByRole('tab').count();
    await other.reload();
    await signIn(other);
    await editor(other).waitFor();
    expect(await other.getByRole('tab').count()).toBe(tabs);
  });
});

it('another page cannot show it in a frame', async () => {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${at.url}/graphql"></iframe>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { page, errors } = await watchedPage(await browser.newContext());
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect.poll(() => errors.join('\n')).toContain("frame-ancestors 'none'");
    expect(await page.frames()[1]!.getByLabel('API token').count()).toBe(0);
  } finally {
    server.close();
  }
});
