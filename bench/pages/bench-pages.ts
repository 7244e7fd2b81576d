import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page, Request } from 'playwright-core';
import { demo } from '../../prisma/seed.js';
import { openBrowser } from '../../test/support/browser.js';
import { openBenchGateway } from '../bench-gateway.js';
import { median, printTable, type Row } from '../stats.js';

const rounds = 7;
const workspace = `/spaces/${demo.slug}/workspaces/${demo.workspaceId}`;

/** A page, and how one sees that it can be used. */
interface BenchPage {
  what: string;
  path: string;
  /** Resolves when its main part has answered to a user. */
  use(page: Page): Promise<void>;
}

const pages: BenchPage[] = [
  {
    what: 'the first page: its link to the space',
    path: '/',
    use: (page) => page.getByRole('link', { name: 'Demo' }).waitFor(),
  },
  {
    what: 'a workspace: the links to its files',
    path: workspace,
    use: (page) => page.getByRole('link', { name: 'README.md' }).waitFor(),
  },
  {
    what: 'a notebook: a letter typed into its first cell of code',
    path: `${workspace}/notebook?${new URLSearchParams({ path: demo.notebookPath })}`,
    async use(page) {
      const editor = page.locator('.cm-content').first();
      await editor.click();
      await page.keyboard.insertText('#');
      await page.locator('.save-state').getByText('Unsaved').waitFor();
    },
  },
  {
    what: 'the reference: its first heading',
    path: '/docs',
    use: (page) => page.getByRole('heading').first().waitFor(),
  },
];

/** A page whose only script writes its text. */
const blank =
  '<!doctype html><title>Blank</title><h1></h1><script>document.querySelector("h1").textContent="Blank"</script>';

/** What one visit took. */
interface Visit {
  ms: number;
  /** The bytes of all answers, as they were sent. */
  bytes: number;
}

/**
 * `npm run bench -- pages`: how long it takes on the loopback until a page can be used, in a browser without a cache, against a
 * page that is one heading, and the bytes that it loads.
 */
export async function benchPages(): Promise<void> {
  const gateway = await openBenchGateway();
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(blank);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await openBrowser();
  try {
    const plain = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const base = await visits(browser, plain, (page) =>
      page.getByRole('heading', { name: 'Blank' }).waitFor(),
    );
    const times: Row[] = [];
    for (const { what, path, use } of pages) {
      const url = `http://127.0.0.1:${gateway.port}${path}#token=${gateway.token}`;
      const seen = await visits(browser, url, use);
      times.push({ what, ours: seen.ms, baseline: 'one heading', theirs: base.ms });
      console.log(`${what}: ${(seen.bytes / 1000).toFixed(0)} KB`);
    }
    printTable('pages, until they can be used', times);
  } finally {
    await browser.close();
    server.close();
    await gateway.close();
  }
}

/** The medians of some visits, each with a cache and storage of its own. */
async function visits(browser: Browser, url: string, use: BenchPage['use']): Promise<Visit> {
  const all: Visit[] = [];
  for (let round = 0; round < rounds; round++) all.push(await visit(browser, url, use));
  return { ms: median(all.map(({ ms }) => ms)), bytes: median(all.map(({ bytes }) => bytes)) };
}

async function visit(browser: Browser, url: string, use: BenchPage['use']): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const finished: Request[] = [];
    page.on('requestfinished', (request) => finished.push(request));
    const from = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await use(page);
    const ms = performance.now() - from;
    const sizes = await Promise.all(finished.map((request) => request.sizes().catch(() => null)));
    return { ms, bytes: sizes.reduce((sum, size) => sum + (size?.responseBodySize ?? 0), 0) };
  } finally {
    await context.close();
  }
}
