import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
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

const workspace = `/workspaces/${demo.workspaceId}`;
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function create(path: string, content: string): Promise<void> {
  const body = { path, content };
  expect((await at.rest('POST', `${workspace}/authoring-files`, { body })).status).toBe(201);
}
const read = async (path: string) => (await at.rest('GET', `${workspace}/authoring-file?path=${path}`)).body;
const open = async (path: string) =>
  (await openSignedIn(browser, at.url, at.token, { path: `/spaces/demo${path}` })).page;
const openFile = (path: string) => open(`${workspace}/file?${new URLSearchParams({ path })}`);
const state = (page: Page) => page.locator('.save-state');

it('a text is edited and saved, and where somebody saved first its user chooses', async () => {
  await create('notes.md', '# Notes\n');
  const page = await openFile('notes.md');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('Mine.\n');
  await page.keyboard.press('Control+s');
  await state(page).getByText('Saved').waitFor();
  expect((await read('notes.md')).content).toBe('# Notes\nMine.\n');
  await page.keyboard.insertText('More.\n');
  const body = { path: 'notes.md', content: '# Notes\nYours.\n', base_sha: (await read('notes.md')).sha };
  expect((await at.rest('PUT', `${workspace}/authoring-file`, { body })).status).toBe(200);
  await page.getByLabel('Keep both').check();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save what I chose' }).click();
  await state(page).getByText('Saved').waitFor();
  expect((await read('notes.md')).content).toBe('# Notes\nYours.\n# Notes\nMine.\nMore.\n');
});

it('the ends of lines stay as they are', async () => {
  await create('windows.txt', 'one\r\ntwo\r\n');
  const page = await openFile('windows.txt');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('three');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+s');
  await state(page).getByText('Saved').waitFor();
  expect((await read('windows.txt')).content).toBe('one\r\ntwo\r\nthree\r\n');
});

it('a file with values is shown as a table', async () => {
  await create('prices.csv', 'name,price\n"Tea, green",3.5\nCoffee,4\n');
  const page = await openFile('prices.csv');
  await page.getByRole('cell', { name: 'Tea, green' }).waitFor();
  expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(['name', 'price']);
  await keepScreenshot(page, 'file-table');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByLabel('Text of prices.csv').waitFor();
});

it('files go up from the workspace, are shown, and come down with the same bytes; what is there is not replaced', async () => {
  const page = await open(workspace);
  const bytes = Buffer.from(png, 'base64');
  const upload = (name: string, buffer: Buffer) =>
    page.getByLabel('Files to upload').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await page.getByRole('button', { name: 'Upload files' }).waitFor();
  await upload('dot.png', bytes);
  await page.getByText('Uploaded.').waitFor();
  await page.getByRole('link', { name: 'dot.png' }).waitFor();
  await upload('dot.png', Buffer.from('other'));
  await page.getByRole('alert').getByText('dot.png').waitFor();
  const image = await openFile('dot.png');
  await image.getByRole('img', { name: 'dot.png' }).waitFor();
  const [download] = await Promise.all([
    image.waitForEvent('download'),
    image.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('dot.png');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
});
