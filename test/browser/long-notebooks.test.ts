import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, openSignedIn } from '../support/pages.js';

let at: TestGateway;
let browser: Browser;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

const cells = 150;
const html = { output_type: 'display_data', data: { 'text/html': '<b>shown</b>' }, metadata: {} };
/** Texts with empty lines, tabs, long lines and lines that begin with a line feed. */
const sources = ['x = 1', '', 'a\n', '\n\n\tb  ', 'word '.repeat(120), 'w'.repeat(700), 'def f():\n    pass'];
const sourceOf = (index: number) => sources[index % sources.length]!;

async function openLong(file: string): Promise<Page> {
  const notebook = {
    cells: Array.from({ length: cells }, (_, index) => ({
      ...{ id: `c${index}`, cell_type: 'code', source: sourceOf(index), metadata: {} },
      ...{ execution_count: null, outputs: [html] },
    })),
    ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
  };
  const body = { path: file, notebook };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
  const path = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${file}`;
  const { page } = await openSignedIn(browser, at.url, at.token, { path });
  await cellOf(page, cells - 1).waitFor();
  await cellOf(page, 0).locator('.cm-content').waitFor();
  return page;
}

const cellOf = (page: Page, index: number) => page.locator('.cell').nth(index);
/** How many frames show their output. */
async function shownFrames(page: Page): Promise<number> {
  const counts = page.frames().map(async (frame) => {
    const shown = frame.locator('b');
    return shown.count().catch(() => 0);
  });
  return (await Promise.all(counts)).filter((count) => count > 0).length;
}

it('a long notebook has editors and frames near the window only, which replace texts of the same height', async () => {
  const page = await openLong('long.ipynb');
  const editors = page.locator('.cm-editor');
  await expect.poll(() => shownFrames(page)).toBeGreaterThan(0);
  expect(await editors.count()).toBeLessThan(cells / 2);
  expect(await shownFrames(page)).toBeLessThan(cells);
  expect(await accessibilityFaults(page)).toEqual([]);

  const last = cellOf(page, cells - 1);
  await last.scrollIntoViewIfNeeded();
  await last.locator('.cm-content').waitFor();
  expect(await editors.count()).toBeLessThan(cells);

  // By index, from the middle: as a text, then as an editor.
  const middle = Array.from({ length: sources.length }, (_, index) => Math.floor(cells / 2) + index);
  const heightOf = (index: number) =>
    page
      .locator('.code-editor')
      .nth(index)
      .evaluate((element) => element.getBoundingClientRect().height);
  for (const index of middle) expect(await cellOf(page, index).locator('.waiting-editor').count()).toBe(1);
  const before = await Promise.all(middle.map(heightOf));
  for (const index of middle) {
    const cell = cellOf(page, index);
    await cell.scrollIntoViewIfNeeded();
    await cell.locator('.cm-content').waitFor();
  }
  const after = await Promise.all(middle.map(heightOf));
  for (const [index, height] of after.entries()) expect(height).toBeCloseTo(before[index]!, 0);
  await page.close();
});

it('the keys reach a cell whose editor was not made yet, and type into it', async () => {
  const page = await openLong('keys.ipynb');
  const target = cellOf(page, 60);
  expect(await target.locator('.waiting-editor').count()).toBe(1);
  await cellOf(page, 0).locator('.cm-content').click();
  await page.keyboard.press('Escape');
  for (let step = 0; step < 60; step++) await page.keyboard.press('j');
  await expect.poll(() => target.getAttribute('aria-current')).toBe('true');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText('typed ');
  await expect.poll(() => target.locator('.cm-content').innerText()).toContain('typed ');
  await page.close();
});
