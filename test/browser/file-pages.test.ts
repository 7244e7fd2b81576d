import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
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
async function upload(page: Page, files: Record<string, string | Buffer>): Promise<void> {
  const sent = Object.entries(files).map(([name, content]) => ({
    ...{ name, mimeType: 'application/octet-stream' },
    buffer: Buffer.from(content),
  }));
  await page.getByRole('button', { name: 'Upload files' }).waitFor();
  await page.getByLabel('Files to upload').setInputFiles(sent);
}
async function downloaded(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
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

it('files go up from the workspace, are shown, and come down with the same bytes', async () => {
  const page = await open(workspace);
  const bytes = Buffer.from(png, 'base64');
  await upload(page, { 'dot.png': bytes });
  await page.getByText('Uploaded.').waitFor();
  await page.getByRole('link', { name: 'dot.png' }).waitFor();
  const image = await openFile('dot.png');
  await image.getByRole('img', { name: 'dot.png' }).waitFor();
  const download = await downloaded(image, 'Download');
  expect(download.name).toBe('dot.png');
  expect(download.bytes.equals(bytes)).toBe(true);
});

it('a notebook comes down as it is and in other formats, and all files as one archive', async () => {
  const page = await open(`${workspace}/notebook?${new URLSearchParams({ path: demo.notebookPath })}`);
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await keepScreenshot(page, 'notebook-file');
  expect(await accessibilityFaults(page)).toEqual([]);
  const notebook = await downloaded(page, 'Notebook (.ipynb)');
  expect(notebook.name).toBe('welcome.ipynb');
  expect(JSON.parse(notebook.bytes.toString()).cells).toHaveLength(4);
  expect((await downloaded(page, 'HTML')).bytes.toString()).toContain('<h1');
  expect((await downloaded(page, 'Markdown')).name).toBe('welcome.md');
  expect((await downloaded(page, 'Script')).bytes.toString()).toContain('# %%');
  const all = await downloaded(await open(workspace), 'Download all files');
  expect(all.name).toMatch(/\.zip$/);
  expect(all.bytes.subarray(0, 2).toString()).toBe('PK');
});

it('files that are there are replaced only after a question, and a newer version of them is not', async () => {
  await create('rates.csv', 'a\n1\n');
  const page = await open(workspace);
  await upload(page, { 'rates.csv': 'a\n2\n', 'more.csv': 'b\n' });
  const question = page.getByRole('dialog', { name: 'Replace the file that is there?' });
  await question.getByText('rates.csv').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await question.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('The file is as it was.').waitFor();
  expect([(await read('rates.csv')).content, (await read('more.csv')).content]).toEqual(['a\n1\n', 'b\n']);
  await upload(page, { 'rates.csv': 'a\n2\n' });
  await question.getByRole('button', { name: 'Replace' }).click();
  await page.getByText('Replaced.').waitFor();
  expect((await read('rates.csv')).content).toBe('a\n2\n');
  await upload(page, { 'rates.csv': 'a\n3\n' });
  await question.waitFor();
  const body = { path: 'rates.csv', content: 'a\nnewer\n', base_sha: (await read('rates.csv')).sha };
  expect((await at.rest('PUT', `${workspace}/authoring-file`, { body })).status).toBe(200);
  await question.getByRole('button', { name: 'Replace' }).click();
  await page.getByRole('alert').getByText('rates.csv: Somebody else changed it').waitFor();
  expect((await read('rates.csv')).content).toBe('a\nnewer\n');
});

it('a file is renamed and deleted on its page, and not where somebody else changed it', async () => {
  await create('drafts/plan.md', 'First.\n');
  const page = await openFile('drafts/plan.md');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('Unsaved.\n');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Path').fill('plans/plan.md');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'plans/plan.md' }).waitFor();
  expect((await read('plans/plan.md')).content).toBe('First.\nUnsaved.\n');
  expect((await at.rest('GET', `${workspace}/authoring-file?path=drafts/plan.md`)).status).toBe(404);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('link', { name: 'All files' }).waitFor();
  expect(new URL(page.url()).searchParams.get('folder')).toBe('plans');
  expect((await at.rest('GET', `${workspace}/authoring-file?path=plans/plan.md`)).status).toBe(404);
});

it('an image that somebody else replaced is not deleted by who saw the one before', async () => {
  const list = await open(workspace);
  await upload(list, { 'logo.png': Buffer.from(png, 'base64') });
  await list.getByRole('link', { name: 'logo.png' }).click();
  await list.getByRole('img', { name: 'logo.png' }).waitFor();
  const other = await open(workspace);
  await upload(other, { 'logo.png': 'other' });
  await other.getByRole('dialog').getByRole('button', { name: 'Replace' }).click();
  await other.getByText('Replaced.').waitFor();
  await list.getByRole('button', { name: 'Delete' }).click();
  await list.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await list.getByRole('alert').getByText('Somebody else changed this file.').waitFor();
  await keepScreenshot(list, 'file-delete-conflict');
});

it('who may not change a file sees why, and no buttons for it', async () => {
  await at.graphql(
    `mutation { setBranchProtection(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", branch: "main", protected: true) { id } }`,
  );
  const roles = [
    ['editor', 'This branch is protected: only admins of the space change its files.'],
    ['viewer', 'You may read this file, and not change it.'],
  ] as const;
  for (const [role, reason] of roles) {
    const { token } = await makeUser(at, { role });
    const path = `/spaces/demo${workspace}/file?path=README.md`;
    const { page } = await openSignedIn(browser, at.url, token, { path });
    await page.getByText(reason).waitFor();
    await page.getByText('Read only').waitFor();
    expect(await page.getByRole('button', { name: /Save|Rename|Delete/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Download' }).waitFor();
  }
});

it('of a file that is not there nothing is offered', async () => {
  const page = await openFile('nothing.md');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('button', { name: /Download|Delete/ }).count()).toBe(0);
});

it('the open folder is in the address, so that the browser goes back to it', async () => {
  await create('deep/er/one.md', 'x');
  const page = await open(workspace);
  await page.getByRole('link', { name: 'deep/' }).click();
  await page.getByRole('link', { name: 'er/' }).click();
  await page.getByRole('link', { name: 'one.md' }).click();
  await page.getByRole('heading', { name: 'deep/er/one.md' }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'one.md' }).waitFor();
  await page.getByRole('link', { name: 'deep', exact: true }).click();
  await page.getByRole('link', { name: 'er/' }).waitFor();
});

it('a search finds names and contents, and its results lead to their files and back', async () => {
  await create('found/needle.md', 'first\na needle here\n');
  const page = await open(workspace);
  await page.getByRole('searchbox').fill('needle');
  await page.keyboard.press('Enter');
  await page.getByText('Found “needle” 2 times.').waitFor();
  await page.getByRole('list', { name: 'Contents' }).getByText('a needle here').waitFor();
  await keepScreenshot(page, 'search');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('list', { name: 'Names' }).getByRole('link').click();
  await page.getByRole('heading', { name: 'found/needle.md' }).waitFor();
  await page.goBack();
  await page.getByText('Found “needle” 2 times.').waitFor();
  await page.getByRole('link', { name: 'All files' }).click();
  await page.getByRole('link', { name: 'found/' }).waitFor();
  await page.getByRole('searchbox').fill('nothing has this');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText('Nothing has “nothing has this”.').waitFor();
});
