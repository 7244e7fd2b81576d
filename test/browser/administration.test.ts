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

const open = async (path: string, token = at.token) =>
  (await openSignedIn(browser, at.url, token, { path })).page;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const statusWith = async (token: string) => (await at.graphql('{ me { name } }', {}, token)).status;

it('a token is created, works, and does not any more when it was revoked', async () => {
  const page = await open('/administration');
  await button(page, 'New token').click();
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const token = await page.locator('.secret code').innerText();
  expect(await statusWith(token)).toBe(200);
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepScreenshot(page, 'tokens');
  await button(page, 'Revoke laptop').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('revoked').waitFor();
  expect(await statusWith(token)).toBe(401);
});

it('a person gets an account, a token, a role in a space and a team', async () => {
  const page = await open('/administration/people');
  await button(page, 'New user').click();
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('E-mail address', { exact: true }).fill('ada@example.com');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await button(page, 'New token for Ada').click();
  await page.getByLabel('Name', { exact: true }).fill('first');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const token = await page.locator('.secret code').innerText();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.goto(`${at.url}/spaces/${demo.slug}/manage`);
  await page.getByLabel('Add a person').fill('ada@');
  await page.getByLabel('Person', { exact: true }).selectOption('Ada (ada@example.com)');
  await button(page, 'Add').click();
  await page.getByLabel('Role of Ada').waitFor();
  await page.getByLabel('New team').fill('Research');
  await button(page, 'Create').click();
  await page.getByLabel('Add to Research').selectOption('Ada');
  await button(page, 'Add').click();
  await button(page, 'Remove Ada from Research').waitFor();
  await keepScreenshot(page, 'manage-space');
  expect(await accessibilityFaults(page)).toEqual([]);
  const { data } = await at.graphql('{ space(slug: "demo") { role } }', {}, token);
  expect(data.space.role).toBe('editor');
  await page.getByLabel('Role of Ada').selectOption('viewer');
  const roleOfAda = async () =>
    (await at.graphql('{ space(slug: "demo") { role } }', {}, token)).data.space.role;
  await expect.poll(roleOfAda).toBe('viewer');
});

it('a repository is maintained, and its state changes by itself', async () => {
  const page = await open(`/spaces/${demo.slug}/manage`);
  await button(page, 'Maintain welcome').click();
  const region = page.getByRole('region', { name: /^Repositories/ });
  await expect.poll(() => region.locator('time').count(), { timeout: 30_000 }).toBe(1);
});

it('a resource class is created and disabled', async () => {
  const page = await open('/administration/kernels');
  await button(page, 'New class').click();
  await page.getByLabel('Id').fill('large');
  await page.getByLabel('Name', { exact: true }).fill('Large');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Large' });
  await row.getByLabel('enabled').click();
  const isEnabled = async () => {
    const { data } = await at.graphql(
      '{ space(slug: "demo") { workerResourceClasses(includeDisabled: true) { id isEnabled } } }',
    );
    return data.space.workerResourceClasses.find(({ id }: { id: string }) => id === 'large').isEnabled;
  };
  await expect.poll(isEnabled).toBe(false);
  await row.getByLabel('enabled').click();
  await expect.poll(isEnabled).toBe(true);
  expect(await accessibilityFaults(page)).toEqual([]);
});

it.each([1280, 390])(
  'an admin gets to the administration from any page by the keyboard, at a width of %i',
  async (width) => {
    const { page } = await openSignedIn(browser, at.url, at.token, {
      path: `/spaces/${demo.slug}/workspaces/${demo.workspaceId}/file?path=README.md`,
      viewport: { width, height: 844 },
    });
    const pages = page.getByRole('navigation', { name: 'Pages' });
    const link = pages.getByRole('link', { name: 'Administration' });
    await link.waitFor();
    const focused = () => link.evaluate((element) => element === document.activeElement);
    for (let presses = 0; presses < 20 && !(await focused()); presses++) await page.keyboard.press('Tab');
    expect(await focused()).toBe(true);
    // It is whole inside of the window, and no other link covers it.
    const box = (await link.boundingBox())!;
    expect([box.x >= 0, box.x + box.width <= width, box.height >= 16]).toEqual([true, true, true]);
    await link.click({ trial: true });
    expect(await link.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await keepScreenshot(page, `administration-link-${width}`);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'New user' }).waitFor();
    expect(await link.getAttribute('aria-current')).toBe('page');
    expect(await accessibilityFaults(page)).toEqual([]);
  },
);

it('who is no admin sees no administration, and is refused with a sentence', async () => {
  const { token } = await makeUser(at, { role: 'viewer' });
  const page = await open('/administration/people', token);
  await page.getByText('There is no such page for you.').waitFor();
  const pages = page.getByRole('navigation', { name: 'Pages' });
  expect(await pages.getByRole('link', { name: 'Administration' }).count()).toBe(0);
  await page.goto(`${at.url}/spaces/${demo.slug}/manage`);
  await page.getByText('Only admins of Demo manage it.').waitFor();
  await page.goto(`${at.url}/spaces/${demo.slug}`);
  await page.getByRole('heading', { name: 'Demo' }).waitFor();
  expect(await button(page, 'New workspace').count()).toBe(0);
  await page.goto(`${at.url}/spaces/nowhere`);
  await expect.poll(() => page.getByRole('alert').first().innerText()).toContain('not found');
});
