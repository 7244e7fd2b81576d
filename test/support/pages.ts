import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type WatchedPage, watchedPage } from './browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens a page of the gateway in a new context, signed in by a link. */
export async function openSignedIn(
  browser: Browser,
  url: string,
  token: string,
  { path = '/', ...options }: BrowserContextOptions & { path?: string } = {},
): Promise<WatchedPage> {
  const watched = await watchedPage(
    await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options }),
  );
  await watched.page.goto(`${url}${path}#token=${token}`);
  return watched;
}

/** The faults of a page that axe calls serious or critical, as `rule: selector`. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated by the browser's debugger, which the policy of the page does not bind.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }: { id: string; nodes: { target: string[] }[] }) =>
        nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
      );
  });
}

/** Keeps a picture of the whole page in `artefacts/screenshots`, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = 'artefacts/screenshots';
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
