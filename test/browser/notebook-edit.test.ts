import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../support/browser.js';
import {
  appendTo,
  cellOf,
  EditedNotebook,
  editorOf,
  saveState,
  shownSources,
} from '../support/edited-notebook.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot } from '../support/pages.js';

let at: TestGateway;
let browser: Browser;
let paths = 0;
let notebook: EditedNotebook;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

const anyFile = `/workspaces/${demo.workspaceId}/authoring-file`;
const create = async (...cells: object[]) => {
  notebook = await EditedNotebook.create(at, browser, `edited/${++paths}.ipynb`, cells);
};

describe('a save', () => {
  it('happens with Ctrl+S, and by itself when the user pauses', async () => {
    await create(cellOf('a', 'x = 1'), cellOf('b', 'y = 2'));
    const { page, errors, violations, requests } = await notebook.open();
    expect(await accessibilityFaults(page)).toEqual([]);
    await appendTo(page, 1, '\nx += 1');
    await saveState(page).getByText('Unsaved').waitFor();
    await page.keyboard.press('Control+s');
    await saveState(page).getByText('Saved').waitFor();
    expect(await notebook.sources()).toEqual(['x = 1\nx += 1', 'y = 2']);
    await appendTo(page, 2, '0');
    await saveState(page).getByText('Unsaved').waitFor();
    await expect.poll(notebook.sources).toEqual(['x = 1\nx += 1', 'y = 20']);
    await saveState(page).getByText('Saved').waitFor();
    expect([errors, violations]).toEqual([[], []]);
    expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  });

  it('of somebody else appears without a reload, and their cells are merged with what is unsaved here', async () => {
    await create(cellOf('a', 'a'), cellOf('b', 'b'));
    const { page } = await notebook.open();
    await appendTo(page, 1, ' = 1');
    await notebook.saveElsewhere(cellOf('a', 'a'), cellOf('b', 'b = 2'), cellOf('c', 'c = 3'));
    await expect.poll(() => shownSources(page)).toEqual(['a = 1', 'b = 2', 'c = 3']);
    await page.keyboard.press('Control+s');
    await expect.poll(notebook.sources).toEqual(['a = 1', 'b = 2', 'c = 3']);
    expect(await page.getByRole('region', { name: /changed by somebody else/ }).count()).toBe(0);
  });

  it('over the same cell shows both versions, and saves what the user chooses', async () => {
    await create(cellOf('a', 'price = 1'), cellOf('b', 'b'), cellOf('c', 'c'));
    const { page } = await notebook.open();
    await appendTo(page, 1, '00');
    await appendTo(page, 3, ' = 1');
    await notebook.saveElsewhere(cellOf('a', 'price = 2'), cellOf('b', 'b = 2'), cellOf('c', 'c = 3'));
    const conflicts = page.getByRole('region', { name: '2 cells were also changed by somebody else' });
    await conflicts.waitFor();
    await expect.poll(() => shownSources(page)).toEqual(['price = 100', 'b = 2', 'c = 1']);
    expect(await notebook.sources()).toEqual(['price = 2', 'b = 2', 'c = 3']);
    await conflicts.getByRole('group', { name: /^Cell 1: its text, also changed by / }).waitFor();
    await keepScreenshot(page, 'notebook-conflict');
    expect(await accessibilityFaults(page)).toEqual([]);
    const groups = conflicts.getByRole('group');
    const first = page.getByRole('region', { name: 'Code cell 1', exact: true });
    await first.getByRole('button', { name: 'Compare both' }).click();
    await page.keyboard.press('Space');
    expect(await groups.nth(0).getByLabel('Keep mine').isChecked()).toBe(true);
    await groups.nth(1).getByRole('button', { name: 'Show the cell' }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Code cell 3');
    await groups.nth(0).getByLabel('Keep both').check();
    await conflicts.getByRole('button', { name: '1 left to choose' }).waitFor();
    await groups.nth(1).getByLabel('Keep mine').check();
    await conflicts.getByRole('button', { name: 'Save what I chose' }).click();
    await saveState(page).getByText('Saved').waitFor();
    expect(await notebook.sources()).toEqual(['price = 2', 'price = 100', 'b = 2', 'c = 1']);
    expect(await conflicts.count()).toBe(0);
  });

  it('over the same cell is shown at the cell, where its user sees theirs, chooses by the keyboard and saves', async () => {
    await create(...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => cellOf(id, id)));
    const { page } = await notebook.open();
    await appendTo(page, 8, ' = 1');
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => cellOf(id, id));
    await notebook.saveElsewhere(...others, cellOf('h', 'h = 2'));
    const cell = page.getByRole('region', { name: 'Code cell 8', exact: true });
    const group = cell.getByRole('group', { name: /^Also changed by .+: its text$/ });
    await group.waitFor();
    // It takes nothing from who types, also not the next letter.
    await page.keyboard.insertText('0');
    expect((await shownSources(page))[7]).toBe('h = 10');
    await page.keyboard.press('Escape');
    const description = await cell.evaluate((one) => document.getElementById(one.getAttribute('aria-describedby')!)!.innerText); // biome-ignore format: one line
    expect(description).toMatch(/^Also changed by .+: its text$/);
    await group.getByText('Show theirs').click();
    await group.locator('.change-added', { hasText: 'h = 2' }).waitFor();
    await keepScreenshot(page, 'notebook-conflict-cell');
    expect(await accessibilityFaults(page)).toEqual([]);
    await group.getByLabel('Keep mine').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    expect(await group.getByLabel('Take theirs').isChecked()).toBe(true);
    const bar = page.getByRole('region', { name: 'A cell was also changed by somebody else' });
    expect(await bar.getByLabel('Take theirs').isChecked()).toBe(true);
    // The choice was for what they had; now they have something else.
    await notebook.saveElsewhere(...others, cellOf('h', 'h = 3'));
    await group.locator('.change-added', { hasText: 'h = 3' }).waitFor();
    await group.getByRole('button', { name: '1 left to choose' }).waitFor();
    expect(await group.getByLabel('Take theirs').isChecked()).toBe(false);
    await group.getByLabel('Keep mine').check();
    await group.getByRole('button', { name: 'Save what I chose' }).click();
    await saveState(page).getByText('Saved').waitFor();
    expect((await notebook.sources())[7]).toBe('h = 10');
    expect([await bar.count(), await group.count(), await cell.getAttribute('aria-describedby')]).toEqual([
      0,
      0,
      null,
    ]);
  });

  it('is not possible for a viewer, who sees the notebook', async () => {
    await create(cellOf('a', 'x = 1'));
    const viewer = await makeUser(at, { role: 'viewer' });
    const { page } = await notebook.open(viewer.token);
    await page.getByText('Read only').waitFor();
    expect(await page.getByRole('button', { name: 'Run all' }).count()).toBe(0);
    await editorOf(page, 1).click();
    await page.keyboard.insertText('changed');
    expect(await shownSources(page)).toEqual(['x = 1']);
  });
});

describe('a notebook that is open', () => {
  it('and that somebody renames is saved where it is now, and opened there', async () => {
    await create(cellOf('a', 'x = 1'));
    const { page } = await notebook.open();
    const renamed = `renamed/${paths}.ipynb`;
    const body = { path: notebook.path, new_path: renamed };
    expect((await at.rest('POST', `${anyFile}/rename`, { body })).status).toBe(200);
    const link = page.getByRole('status').getByRole('link', { name: renamed });
    await link.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    notebook.path = renamed;
    await appendTo(page, 1, '00');
    await page.keyboard.press('Control+s');
    await expect.poll(notebook.sources).toEqual(['x = 100']);
    await saveState(page).getByText('Saved').waitFor();
    await link.click();
    await page.getByRole('heading', { name: renamed }).waitFor();
    await expect.poll(() => shownSources(page)).toEqual(['x = 100']);
    expect(await link.count()).toBe(0);
  });

  it('and that somebody deletes is saved again on demand', async () => {
    await create(cellOf('a', 'x = 1'));
    const { page } = await notebook.open();
    await appendTo(page, 1, '00');
    expect((await at.rest('DELETE', `${anyFile}?path=${notebook.path}`)).status).toBe(200);
    const again = page.getByRole('alert').getByRole('button', { name: `Save it again as ${notebook.path}` });
    await again.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await again.click();
    await saveState(page).getByText('Saved').waitFor();
    expect(await notebook.sources()).toEqual(['x = 100']);
    await appendTo(page, 1, '0');
    await page.keyboard.press('Control+s');
    await expect.poll(notebook.sources).toEqual(['x = 1000']);
    expect(await again.count()).toBe(0);
  });
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
  await notebook.saveElsewhere({ ...cellOf('a', 'one\nthree'), outputs: [plot] }, cellOf('c', 'new'));
  const { page } = await notebook.open();
  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('complementary', { name: 'History' });
  await history.getByRole('button', { name: `Update ${notebook.path}` }).click();
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
  await history.getByRole('heading', { name: 'Output after' }).waitFor();
  await history.getByText(/^What changed since the version before it, of /).waitFor();
  await keepScreenshot(page, 'notebook-history');
  expect(await accessibilityFaults(page)).toEqual([]);
  await history.getByRole('button', { name: `Create ${notebook.path}` }).click();
  await history.getByText('The first version').waitFor();
  expect(await history.getByText('Changed code cell').count()).toBe(1);
  await history.getByRole('button', { name: 'Restore this version' }).click();
  await expect.poll(notebook.sources).toEqual(['one\ntwo', 'b']);
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
  const { page } = await notebook.open();
  await page.getByRole('button', { name: 'Links' }).click();
  const links = page.getByRole('complementary', { name: 'Links' });
  await links.getByLabel('Link to').selectOption({ label: 'Product: Prices' });
  await links.getByRole('button', { name: 'Add' }).click();
  const remove = links.getByRole('button', { name: 'Remove the link to Prices' });
  await remove.click();
  await links.getByText('not linked to anything').waitFor();
});
