import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser, type WatchedPage } from '../support/browser.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

let at: TestGateway;
let browser: Browser;
let paths = 0;
let path: string;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

const files = `/workspaces/${demo.workspaceId}/file`;
const anyFile = `/workspaces/${demo.workspaceId}/authoring-file`;
const cellOf = (id: string, source: string, type = 'code') => ({
  ...{ id, cell_type: type, source, metadata: {} },
  ...(type === 'code' ? { outputs: [] as object[], execution_count: null } : {}),
});
const notebookOf = (cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** Creates a notebook with a path of its own. */
async function create(...cells: object[]): Promise<void> {
  path = `edited/${++paths}.ipynb`;
  const body = { path, notebook: notebookOf(cells) };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
}

interface StoredCell {
  id: string;
  cell_type: string;
  source: string;
}
async function stored(): Promise<{ sha: string; cells: StoredCell[] }> {
  const { body } = await at.rest('GET', `${files}?path=${path}`);
  return { sha: body.sha, cells: body.notebook.cells };
}
const sources = async () => (await stored()).cells.map(({ source }) => source);

/** Saves as somebody else does, over what is there. */
async function saveElsewhere(...cells: object[]): Promise<void> {
  const { sha } = await stored();
  const body = { path, base_sha: sha, notebook: notebookOf(cells) };
  expect((await at.rest('PUT', files, { body })).status).toBe(200);
}

async function open(token = at.token): Promise<WatchedPage> {
  const query = new URLSearchParams({ path });
  const address = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?${query}`;
  const watched = await openSignedIn(browser, at.url, token, { path: address });
  await watched.page.getByRole('heading', { name: path }).waitFor();
  await watched.page.getByText('Live', { exact: true }).waitFor();
  return watched;
}

const editor = (page: Page, cell: number) =>
  page
    .locator('.cell')
    .nth(cell - 1)
    .locator('.cm-content');
const state = (page: Page) => page.locator('.save-state');
async function append(page: Page, cell: number, text: string): Promise<void> {
  await editor(page, cell).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
}
const shownSources = (page: Page) =>
  page
    .locator('.cells')
    .evaluate((cells) =>
      [...cells.querySelectorAll('.cell')].map((cell) =>
        [...cell.querySelectorAll('.cm-line')].map(({ textContent }) => textContent).join('\n'),
      ),
    );

describe('a save', () => {
  it('happens with Ctrl+S, and by itself when the user pauses', async () => {
    await create(cellOf('a', 'x = 1'), cellOf('b', 'y = 2'));
    const { page, errors, violations, requests } = await open();
    expect(await accessibilityFaults(page)).toEqual([]);
    await append(page, 1, '\nx += 1');
    await state(page).getByText('Unsaved').waitFor();
    await page.keyboard.press('Control+s');
    await state(page).getByText('Saved').waitFor();
    expect(await sources()).toEqual(['x = 1\nx += 1', 'y = 2']);
    await append(page, 2, '0');
    await state(page).getByText('Unsaved').waitFor();
    await expect.poll(sources).toEqual(['x = 1\nx += 1', 'y = 20']);
    await state(page).getByText('Saved').waitFor();
    expect([errors, violations]).toEqual([[], []]);
    expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  });

  it('of somebody else appears without a reload, and their cells are merged with what is unsaved here', async () => {
    await create(cellOf('a', 'a'), cellOf('b', 'b'));
    const { page } = await open();
    await append(page, 1, ' = 1');
    await saveElsewhere(cellOf('a', 'a'), cellOf('b', 'b = 2'), cellOf('c', 'c = 3'));
    await expect.poll(() => shownSources(page)).toEqual(['a = 1', 'b = 2', 'c = 3']);
    await page.keyboard.press('Control+s');
    await expect.poll(sources).toEqual(['a = 1', 'b = 2', 'c = 3']);
    expect(await page.getByRole('region', { name: /changed by somebody else/ }).count()).toBe(0);
  });

  it('over the same cell shows both versions, and saves what the user chooses', async () => {
    await create(cellOf('a', 'price = 1'), cellOf('b', 'b'), cellOf('c', 'c'));
    const { page } = await open();
    await append(page, 1, '00');
    await append(page, 3, ' = 1');
    await saveElsewhere(cellOf('a', 'price = 2'), cellOf('b', 'b = 2'), cellOf('c', 'c = 3'));
    const conflicts = page.getByRole('region', { name: '2 cells were also changed by somebody else' });
    await conflicts.waitFor();
    await expect.poll(() => shownSources(page)).toEqual(['price = 100', 'b = 2', 'c = 1']);
    expect(await sources()).toEqual(['price = 2', 'b = 2', 'c = 3']);
    await keepScreenshot(page, 'notebook-conflict');
    expect(await accessibilityFaults(page)).toEqual([]);
    const groups = conflicts.getByRole('group');
    await groups.nth(0).getByLabel('Keep both').check();
    await conflicts.getByRole('button', { name: '1 left to choose' }).waitFor();
    await groups.nth(1).getByLabel('Keep mine').check();
    await conflicts.getByRole('button', { name: 'Save what I chose' }).click();
    await state(page).getByText('Saved').waitFor();
    expect(await sources()).toEqual(['price = 2', 'price = 100', 'b = 2', 'c = 1']);
    expect(await conflicts.count()).toBe(0);
  });

  it('is not possible for a viewer, who sees the notebook', async () => {
    await create(cellOf('a', 'x = 1'));
    const viewer = await makeUser(at, { role: 'viewer' });
    const { page } = await open(viewer.token);
    await page.getByText('Read only').waitFor();
    expect(await page.getByRole('button', { name: 'Run all' }).count()).toBe(0);
    await editor(page, 1).click();
    await page.keyboard.insertText('changed');
    expect(await shownSources(page)).toEqual(['x = 1']);
  });
});

describe('a notebook that is open', () => {
  it('and that somebody renames is saved where it is now, and opened there', async () => {
    await create(cellOf('a', 'x = 1'));
    const { page } = await open();
    const renamed = `renamed/${paths}.ipynb`;
    const body = { path, new_path: renamed };
    expect((await at.rest('POST', `${anyFile}/rename`, { body })).status).toBe(200);
    const link = page.getByRole('status').getByRole('link', { name: renamed });
    await link.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    path = renamed;
    await append(page, 1, '00');
    await page.keyboard.press('Control+s');
    await expect.poll(sources).toEqual(['x = 100']);
    await state(page).getByText('Saved').waitFor();
    await link.click();
    await page.getByRole('heading', { name: renamed }).waitFor();
    await expect.poll(() => shownSources(page)).toEqual(['x = 100']);
    expect(await link.count()).toBe(0);
  });

  it('and that somebody deletes is saved again on demand', async () => {
    await create(cellOf('a', 'x = 1'));
    const { page } = await open();
    await append(page, 1, '00');
    expect((await at.rest('DELETE', `${anyFile}?path=${path}`)).status).toBe(200);
    const again = page.getByRole('alert').getByRole('button', { name: `Save it again as ${path}` });
    await again.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await again.click();
    await state(page).getByText('Saved').waitFor();
    expect(await sources()).toEqual(['x = 100']);
    await append(page, 1, '0');
    await page.keyboard.press('Control+s');
    await expect.poll(sources).toEqual(['x = 1000']);
    expect(await again.count()).toBe(0);
  });
});

it("cells are added, changed, moved, deleted and brought back by the keys of Jupyter's command mode", async () => {
  await create(cellOf('a', 'a'), cellOf('b', 'b'));
  const { page } = await open();
  const save = async () => {
    await page.keyboard.press('Control+s');
    await state(page).getByText('Saved').waitFor();
  };
  await editor(page, 1).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText('# Title');
  await page.keyboard.press('Shift+Enter');
  await page.getByRole('heading', { name: 'Title' }).waitFor();
  await save();
  expect((await stored()).cells.map((cell) => [cell.cell_type, cell.source])).toEqual([
    ['code', 'a'],
    ['markdown', '# Title'],
    ['code', 'b'],
  ]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await save();
  expect(await sources()).toEqual(['a', 'b']);
  await page.keyboard.press('z');
  await page.keyboard.press('Shift+K');
  await save();
  expect(await sources()).toEqual(['# Title', 'a', 'b']);
  await page.keyboard.press('a');
  await page.keyboard.press('j');
  await page.keyboard.press('y');
  await save();
  expect((await stored()).cells.map((cell) => [cell.cell_type, cell.source])).toEqual([
    ['code', ''],
    ['code', '# Title'],
    ['code', 'a'],
    ['code', 'b'],
  ]);
});

it('the history shows cell by cell what a version changed, and restores it', async () => {
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const plot = {
    output_type: 'display_data',
    data: { 'image/png': png, 'text/plain': 'plot' },
    metadata: {},
  };
  await create(cellOf('a', 'one\ntwo'), cellOf('b', 'b'));
  await saveElsewhere({ ...cellOf('a', 'one\nthree'), outputs: [plot] }, cellOf('c', 'new'));
  const { page } = await open();
  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('complementary', { name: 'History' });
  await history.getByRole('button', { name: `Update ${path}` }).click();
  await history.getByText('Changed code cell').waitFor();
  expect(await history.locator('.change-removed').allInnerTexts()).toEqual([
    expect.stringContaining('two'),
    expect.stringContaining('b'),
  ]);
  expect(await history.locator('.change-added').allInnerTexts()).toEqual([
    expect.stringContaining('three'),
    expect.stringContaining('new'),
  ]);
  await history.getByRole('img', { name: 'plot' }).waitFor();
  await keepScreenshot(page, 'notebook-history');
  expect(await accessibilityFaults(page)).toEqual([]);
  await history.getByRole('button', { name: `Create ${path}` }).click();
  await history.getByRole('button', { name: 'Restore this version' }).click();
  await expect.poll(sources).toEqual(['one\ntwo', 'b']);
  await expect.poll(() => shownSources(page)).toEqual(['one\ntwo', 'b']);
  await history
    .getByRole('button', { name: /^Restore / })
    .first()
    .waitFor();
});

it('links are added and removed', async () => {
  await create(cellOf('a', 'a'));
  const { errors } = await at.graphql(
    'mutation { createCatalogEntry(spaceSlug: "demo", input: {type: product, name: "Prices"}) { id } }',
  );
  expect(errors).toBeUndefined();
  const { page } = await open();
  await page.getByRole('button', { name: 'Links' }).click();
  const links = page.getByRole('complementary', { name: 'Links' });
  await links.getByLabel('Link to').selectOption({ label: 'Product: Prices' });
  await links.getByRole('button', { name: 'Add' }).click();
  const remove = links.getByRole('button', { name: 'Remove the link to Prices' });
  await remove.click();
  await links.getByText('not linked to anything').waitFor();
});
