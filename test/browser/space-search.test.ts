import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

let at: TestGateway;
let browser: Browser;
/** A workspace with a repository of its own. */
let other: string;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
  const repository = await created('createRepository', { name: 'prices', kind: 'project' });
  other = await created('createWorkspace', { name: 'Prices', defaultRepositoryId: repository });
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

async function created(field: 'createRepository' | 'createWorkspace', input: object): Promise<string> {
  const type = field === 'createRepository' ? 'CreateRepositoryInput' : 'CreateWorkspaceInput';
  const mutation = `mutation ($input: ${type}!) { ${field}(spaceSlug: "demo", input: $input) { id } }`;
  const { data, errors } = await at.graphql(mutation, { input });
  expect(errors).toBeUndefined();
  return data[field].id;
}

async function save(workspaceId: string, path: string, content: string): Promise<void> {
  const body = { path, content };
  expect((await at.rest('POST', `/workspaces/${workspaceId}/authoring-files`, { body })).status).toBe(201);
}

const open = async (path: string, options = {}, token = at.token): Promise<Page> =>
  (await openSignedIn(browser, at.url, token, { path, ...options })).page;
const searchOf = (q: string) => `/spaces/${demo.slug}/search?${new URLSearchParams({ q })}`;
const region = (page: Page, name: string) => page.getByRole('region', { name: new RegExp(`^${name}`) });
/** The part of the text that is selected, and whether it is in sight. */
const shownSelection = (page: Page) =>
  page.evaluate(() => {
    const lines = [...document.querySelectorAll('.cm-selectionBackground')];
    const inSight = lines.some((line) => {
      const { top, bottom } = line.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    return { isShown: lines.length > 0, inSight };
  });

it('the dashboard finds names and lines in all workspaces, which lead to the line in its file and back', async () => {
  const lines = Array.from({ length: 200 }, (_, index) =>
    index === 149 ? 'a copper kettle' : `line ${index + 1}`,
  );
  await save(other, 'stock/copper.md', lines.join('\n'));
  await save(demo.workspaceId, 'notes/metals.md', 'tin\ncopper wire\n');
  const page = await open(`/spaces/${demo.slug}`);
  await page.getByRole('searchbox', { name: 'Find in the files of all workspaces' }).fill('copper');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('2 lines have “copper”.').waitFor();
  await page.getByRole('status').getByText('1 name has “copper”.').waitFor();
  const names = region(page, 'Names').getByRole('list', { name: 'Names in Prices' });
  await names.getByRole('link', { name: 'stock/copper.md' }).waitFor();
  const inPrices = region(page, 'Contents').getByRole('list', { name: 'Contents in Prices' });
  await inPrices.getByText('a copper kettle').waitFor();
  await inPrices.getByText('line 150').waitFor();
  await region(page, 'Contents')
    .getByRole('list', { name: 'Contents in Welcome' })
    .getByText('copper wire')
    .waitFor();
  await keepScreenshot(page, 'space-search');
  expect(await accessibilityFaults(page)).toEqual([]);
  // By the keyboard alone.
  await inPrices.getByRole('link', { name: 'stock/copper.md' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'stock/copper.md' }).waitFor();
  await expect.poll(() => shownSelection(page)).toEqual({ isShown: true, inSight: true });
  expect(await page.evaluate(() => String(getSelection()))).toContain('a copper kettle');
  await page.goBack();
  await page.getByRole('status').getByText('2 lines have “copper”.').waitFor();
  await region(page, 'Contents').getByRole('link', { name: 'Prices', exact: true }).click();
  await page.getByRole('heading', { name: 'Prices', exact: true }).waitFor();
});

it('a line of a notebook is opened at its cell, where the line is marked', async () => {
  const source = Array.from({ length: 120 }, (_, index) =>
    index === 99 ? 'zinc = 30' : `x = ${index}`,
  ).join('\n');
  const code = (id: string, text: string, outputs: object[] = []) => ({
    ...{ id, cell_type: 'code', source: text, metadata: {}, execution_count: null, outputs },
  });
  const printed = [{ output_type: 'stream', name: 'stdout', text: 'printed zinc\n' }];
  const cells = [...Array.from({ length: 9 }, (_, index) => code(`c${index}`, 'y = 1\n'.repeat(20))), code('long', source), code('last', 'z = 1', printed)]; // biome-ignore format: one list
  const body = { path: 'zinc.ipynb', notebook: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 } };
  expect((await at.rest('POST', `/workspaces/${other}/files`, { body })).status).toBe(201);
  const page = await open(searchOf('zinc'));
  const rows = region(page, 'Contents').getByRole('listitem');
  await rows.filter({ hasText: 'cell 10, line 100' }).getByRole('link').click();
  await page.getByRole('heading', { name: 'zinc.ipynb' }).waitFor();
  await expect.poll(() => shownSelection(page)).toEqual({ isShown: true, inSight: true });
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Code cell 10');
  await page.goBack();
  await rows.filter({ hasText: 'cell 11, output, line 1' }).getByRole('link').click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Code cell 11');
});

it('many lines come by pages, the focus stays, and the end says how many there are', async () => {
  await save(other, 'many/a.txt', 'nickel\n'.repeat(40));
  await save(other, 'many/b.txt', 'nickel\n'.repeat(30));
  const page = await open(searchOf('nickel'), { viewport: { width: 390, height: 844 } });
  const contents = region(page, 'Contents');
  await page.getByRole('status').getByText('70 lines have “nickel”.').waitFor();
  expect(await contents.getByRole('listitem').count()).toBe(50);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await contents.getByRole('button', { name: 'Show more lines' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('All 70 lines are shown.').waitFor();
  expect(await contents.getByRole('listitem').count()).toBe(70);
  expect(await contents.getByRole('list').count()).toBe(1);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('All 70 lines are shown.');
  await keepScreenshot(page, 'space-search-phone');
});

it('a search that reaches a limit says so', async () => {
  await save(other, 'limit.txt', 'cobalt\n'.repeat(60));
  const page = await open(searchOf('cobalt'), { colorScheme: 'dark' });
  await page.getByRole('status').getByText('50 lines have “cobalt”.').waitFor();
  await page.getByText('There may be more: the search reached a limit.').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('a search is cancelled when another text is searched for, and its results do not appear', async () => {
  await save(other, 'gold.txt', 'gold\n');
  const page = await open(`/spaces/${demo.slug}/search`);
  const cancelled: string[] = [];
  const textOf = (body: string | null) => (JSON.parse(body ?? '{}').variables?.q as string | undefined) ?? '';
  page.on('requestfailed', (request) => cancelled.push(textOf(request.postData())));
  let held = 0;
  await page.route('**/graphql', async (route) => {
    if (textOf(route.request().postData()) === 'silver') held += 1;
    else await route.continue();
  });
  const field = page.getByRole('searchbox');
  await field.fill('silver');
  await page.keyboard.press('Enter');
  await expect.poll(() => held).toBe(2);
  // The focus is where it was, for the next text.
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('gold');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('1 line has “gold”.').waitFor();
  await expect.poll(() => cancelled).toEqual(['silver', 'silver']);
  expect(await page.getByText('silver').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(
    'Find in the files of all workspaces',
  );
});

it('what a user cannot view is not found', async () => {
  const hidden = await created('createWorkspace', {
    name: 'Hidden',
    visibility: 'private',
    defaultRepositoryId: await created('createRepository', { name: 'hidden', kind: 'project' }),
  });
  await save(hidden, 'secret.txt', 'palladium\n');
  const { token } = await makeUser(at, { role: 'viewer' });
  const page = await open(searchOf('palladium'), {}, token);
  await page.getByRole('status').getByText('No line has “palladium”.').waitFor();
  const own = await open(searchOf('palladium'));
  await own.getByRole('status').getByText('1 line has “palladium”.').waitFor();
});

it('a search in one workspace leads to that of the space', async () => {
  await save(other, 'lead.txt', 'plumbum\n');
  const page = await open(`/spaces/${demo.slug}/workspaces/${demo.workspaceId}`);
  await page.getByRole('searchbox').fill('plumbum');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing has “plumbum”.').waitFor();
  await page.getByRole('link', { name: 'Search all workspaces' }).click();
  await page.getByRole('status').getByText('1 line has “plumbum”.').waitFor();
});
