import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { cellOf, EditedNotebook, editorOf, saveState, shownSources } from '../support/edited-notebook.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults } from '../support/pages.js';

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

const create = async (...cells: object[]) => {
  notebook = await EditedNotebook.create(at, browser, `keys/${++paths}.ipynb`, cells);
};
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest('[data-cell]')?.getAttribute('aria-label'));

describe('while somebody types', () => {
  const words = 'odd add memo jk yam zip';

  it('a conflict takes nothing of it: no letter is a command, and the cell has all of them', async () => {
    await create(cellOf('a', 'one'), cellOf('b', 'two'), cellOf('c', 'three'));
    const { page } = await notebook.open();
    await editorOf(page, 2).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' dd');
    await notebook.saveElsewhere(cellOf('a', 'one'), cellOf('b', 'two of others'), cellOf('c', 'three'));
    const conflict = page.getByRole('region', { name: 'A cell was also changed by somebody else' });
    await conflict.waitFor();
    await page.keyboard.type(`${words} dd`);
    expect(await shownSources(page)).toEqual(['one', `two dd${words} dd`, 'three']);
    await conflict.getByText(`two dd${words} dd`).waitFor();
    await conflict.getByLabel('Keep mine').check();
    await page.keyboard.type(words);
    await conflict.getByRole('button', { name: 'Save what I chose' }).click();
    await saveState(page).getByText('Saved').waitFor();
    expect(await notebook.sources()).toEqual(['one', `two dd${words} dd`, 'three']);
  });

  it('the last letter is no half of a command', async () => {
    await create(cellOf('a', 'one'), cellOf('b', 'two'));
    const { page } = await notebook.open();
    await editorOf(page, 2).click();
    await page.keyboard.press('Control+End');
    for (const key of ['d', 'Escape', 'd', 'k', 'd']) await page.keyboard.press(key);
    expect(await shownSources(page)).toEqual(['one', 'twod']);
    await page.keyboard.press('d');
    await expect.poll(() => shownSources(page)).toEqual(['twod']);
  });

  it('a panel that was asked for before does not take the focus, and no part of a panel has keys of cells', async () => {
    await create(cellOf('a', 'one'), cellOf('b', 'two'));
    const { page } = await notebook.open();
    let show = () => {};
    const asked = new Promise<void>((resolve) => {
      show = resolve;
    });
    await page.route('**/history-panel-*.js', async (route) => {
      await asked;
      await route.continue();
    });
    await page.getByRole('button', { name: 'History' }).click();
    await editorOf(page, 2).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('dd');
    show();
    const heading = page.getByRole('heading', { name: 'History' });
    await heading.waitFor();
    await page.keyboard.type(words);
    expect(await shownSources(page)).toEqual(['one', `twodd${words}`]);
    await heading.focus();
    await page.keyboard.type(words);
    expect(await shownSources(page)).toEqual(['one', `twodd${words}`]);
  });

  it('in a cell that somebody else deletes, the letters go into no other cell', async () => {
    await create(cellOf('a', 'one'), cellOf('b', 'two'), cellOf('c', 'three'));
    const { page } = await notebook.open();
    await editorOf(page, 2).click();
    await notebook.saveElsewhere(cellOf('a', 'one'), cellOf('c', 'three'));
    await expect.poll(() => shownSources(page)).toEqual(['one', 'three']);
    await page.keyboard.type(words);
    expect(await shownSources(page)).toEqual(['one', 'three']);
  });

  it('a document in an output does not go on taking the focus', async () => {
    const html = '<input><script>setInterval(() => document.querySelector("input").focus(), 20)</script>';
    const output = { output_type: 'display_data', data: { 'text/html': html }, metadata: {} };
    await create({ ...cellOf('a', 'one'), outputs: [output] }, cellOf('b', 'two'));
    const { page } = await notebook.open();
    const field = page.frameLocator('iframe').locator('input');
    await field.waitFor();
    await editorOf(page, 2).click();
    await page.keyboard.press('Control+End');
    // What is typed before its second try may be lost; nothing after it.
    await page.getByText('This output took the focus').waitFor();
    await page.keyboard.type(words, { delay: 15 });
    expect(await shownSources(page)).toEqual(['one', `two${words}`]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show it' }).click();
    await field.click();
    await page.keyboard.type('ours');
    expect(await field.inputValue()).toBe('ours');
  });
});

it('a cell that is reached by Tab is selected and has the keys', async () => {
  await create(cellOf('a', 'text', 'markdown'), cellOf('b', 'two'));
  const { page } = await notebook.open();
  const first = page.getByRole('region', { name: 'Text cell 1' });
  await first.waitFor();
  for (let tabs = 0; tabs < 40 && (await focused(page)) !== 'Text cell 1'; tabs++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('j');
  await expect.poll(() => focused(page)).toBe('Code cell 2');
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => focused(page)).toBe('Text cell 1');
  await page.keyboard.press('b');
  await expect.poll(() => focused(page)).toBe('Code cell 2');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.keyboard.type('my ');
  await page.keyboard.press('Shift+Enter');
  await first.getByText('my text').waitFor();
  await expect.poll(() => focused(page)).toBe('Code cell 2');
});

it("cells are added, changed, moved, deleted and brought back by the keys of Jupyter's command mode", async () => {
  await create(cellOf('a', 'a'), cellOf('b', 'b'));
  const { page } = await notebook.open();
  const save = async () => {
    await page.keyboard.press('Control+s');
    await saveState(page).getByText('Saved').waitFor();
  };
  await editorOf(page, 1).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText('# Title');
  await page.keyboard.press('Shift+Enter');
  await page.getByRole('heading', { name: 'Title' }).waitFor();
  await save();
  expect((await notebook.stored()).cells.map((cell) => [cell.cell_type, cell.source])).toEqual([
    ['code', 'a'],
    ['markdown', '# Title'],
    ['code', 'b'],
  ]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await save();
  expect(await notebook.sources()).toEqual(['a', 'b']);
  await page.keyboard.press('z');
  await page.keyboard.press('Shift+K');
  await save();
  expect(await notebook.sources()).toEqual(['# Title', 'a', 'b']);
  await page.keyboard.press('a');
  await page.keyboard.press('j');
  await page.keyboard.press('y');
  await save();
  expect((await notebook.stored()).cells.map((cell) => [cell.cell_type, cell.source])).toEqual([
    ['code', ''],
    ['code', '# Title'],
    ['code', 'a'],
    ['code', 'b'],
  ]);
});
