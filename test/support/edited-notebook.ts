import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { WatchedPage } from './browser.js';
import type { TestGateway } from './gateway.js';
import { openSignedIn } from './pages.js';

const files = `/workspaces/${demo.workspaceId}/file`;
const notebookOf = (cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** A cell of nbformat 4.5. */
export const cellOf = (id: string, source: string, type = 'code') => ({
  ...{ id, cell_type: type, source, metadata: {} },
  ...(type === 'code' ? { outputs: [] as object[], execution_count: null } : {}),
});

/** A cell as the file has it. */
export interface StoredCell {
  id: string;
  cell_type: string;
  source: string;
  outputs?: object[];
}

/** A notebook of the demo workspace that pages edit while others save it. */
export class EditedNotebook {
  readonly #at: TestGateway;
  readonly #browser: Browser;
  /** Where it is; a test that renames it says so. */
  path: string;

  private constructor(at: TestGateway, browser: Browser, path: string) {
    this.#at = at;
    this.#browser = browser;
    this.path = path;
  }

  /** Creates the notebook. */
  static async create(
    at: TestGateway,
    browser: Browser,
    path: string,
    cells: object[],
  ): Promise<EditedNotebook> {
    const body = { path, notebook: notebookOf(cells) };
    expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
    return new EditedNotebook(at, browser, path);
  }

  /** Saves as somebody else does, over what is there. */
  async saveElsewhere(...cells: object[]): Promise<void> {
    const { sha } = await this.stored();
    const body = { path: this.path, base_sha: sha, notebook: notebookOf(cells) };
    expect((await this.#at.rest('PUT', files, { body })).status).toBe(200);
  }

  /** What the file has. */
  async stored(): Promise<{ sha: string; cells: StoredCell[] }> {
    const { body } = await this.#at.rest('GET', `${files}?path=${this.path}`);
    return { sha: body.sha, cells: body.notebook.cells };
  }

  /** The texts of the cells in the file. */
  readonly sources = async (): Promise<string[]> => (await this.stored()).cells.map(({ source }) => source);

  /** Opens its page in a new context, and waits until it follows the file. */
  async open(token = this.#at.token): Promise<WatchedPage> {
    const query = new URLSearchParams({ path: this.path });
    const path = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?${query}`;
    const watched = await openSignedIn(this.#browser, this.#at.url, token, { path });
    await watched.page.getByRole('heading', { name: this.path }).waitFor();
    await watched.page.getByText('Live', { exact: true }).waitFor();
    return watched;
  }
}

/** The editor of a cell on a page, counted from 1. */
export const editorOf = (page: Page, cell: number): Locator =>
  page
    .locator('.cell')
    .nth(cell - 1)
    .locator('.cm-content');

/** What a page says about its save. */
export const saveState = (page: Page): Locator => page.locator('.save-state');

/** Adds text at the end of a cell. */
export async function appendTo(page: Page, cell: number, text: string): Promise<void> {
  await editorOf(page, cell).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
}

/** The texts of the cells on a page. */
export const shownSources = (page: Page): Promise<string[]> =>
  page
    .locator('.cells')
    .evaluate((cells) =>
      [...cells.querySelectorAll('.cell')].map((cell) =>
        [...cell.querySelectorAll('.cm-line')].map(({ textContent }) => textContent).join('\n'),
      ),
    );
