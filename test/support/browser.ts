import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

/** Starts the browser. @throws Error where there is none */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('There is no browser. Install it: apt-get install chromium-headless-shell');
  // Chromium has no sandbox for root.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A page, and what the browser noticed while it was open. */
export interface WatchedPage {
  page: Page;
  /** The URLs of all requests, without those that stay in the browser (`blob:`, `data:`). */
  requests: string[];
  /** The URLs of those that the Content-Security-Policy of a page stopped before they left the browser. */
  blocked: string[];
  /** What was against the Content-Security-Policy of a page: the directive and what it blocked. */
  violations: string[];
  /** The messages of errors, those of scripts included. */
  errors: string[];
}

/** Opens a page with storage of its own, unless a context is given. */
export async function watchedPage(where: Browser | BrowserContext): Promise<WatchedPage> {
  const page = await where.newPage();
  const requests: string[] = [];
  const blocked: string[] = [];
  const violations: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url())) requests.push(request.url());
  });
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText === 'csp') blocked.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.exposeFunction('reportViolation', (text: string) => violations.push(text));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      (globalThis as any).reportViolation(`${effectiveDirective} ${blockedURI}`);
    });
  });
  return { page, requests, blocked, violations, errors };
}
