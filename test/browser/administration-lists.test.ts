import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openBrowser } from '../support/browser.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeToken } from '../support/factories/make-token.js';
import { mutate } from '../support/factories/mutate.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { startTestJupyter, type TestJupyter, testPython } from '../support/jupyter.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

vi.setConfig({ testTimeout: 120_000 });

let at: TestGateway;
let browser: Browser;
let jupyter: TestJupyter;
beforeAll(async () => {
  const gateway = openTestGateway({
    env: { JUPYTER_ALLOWED_HOSTS: '127.0.0.1/32' },
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  [at, browser, jupyter] = await Promise.all([gateway, openBrowser(), startTestJupyter()]);
}, 300_000);
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
  await jupyter?.close();
});

const open = async (path: string, options = {}) =>
  (await openSignedIn(browser, at.url, at.token, { path, ...options })).page;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
const registered = async () => {
  const { data } = await at.graphql('{ jupyterServers { nodes { name isEnabled capacity } } }');
  return data.jupyterServers.nodes;
};
const register = (input: object) =>
  mutate(at, 'mutation($input: CreateJupyterServerInput!) { createJupyterServer(input: $input) { id } }', {
    input,
  });
const setPool = (size: number, kernels: number) =>
  mutate(
    at,
    `mutation($size: Int!, $kernels: Int!) {
      setWarmPool(kernelProfileId: "python3", resourceClassId: "standard", size: $size, kernels: $kernels) { size } }`,
    { size, kernels },
  );

it('a Jupyter server is registered, changed and removed; those of others and their health appear by themselves', async () => {
  const { baseUrl, token } = jupyter.endpoint;
  const page = await open('/administration/servers');
  await page.getByText('No Jupyter server is registered.').waitFor();
  await button(page, 'Register a server').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Not A Slug');
  await dialog.getByLabel('Address').fill(baseUrl);
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByLabel('Maximum of live workers').fill('3');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('lower-case letters');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByLabel('Name').fill('near');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await card(page, 'near').getByText('Kernels: python3').waitFor();
  await card(page, 'near').getByText('0 of 3').waitFor();
  await card(page, 'near').getByText('ready', { exact: true }).waitFor();

  await register({ name: 'away', baseUrl: 'http://127.0.0.1:9/' });
  await card(page, 'away').getByText('The Jupyter server does not answer.').waitFor({ timeout: 30_000 });
  await keepScreenshot(page, 'servers');

  await button(page, 'Change near').click();
  await dialog.getByLabel('Maximum of live workers').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await card(page, 'near').getByText('0 live workers, without a limit').waitFor();
  await card(page, 'near').getByLabel('New workers may use it').click();
  const near = { name: 'near', isEnabled: false, capacity: null };
  await expect.poll(registered).toEqual([{ name: 'away', isEnabled: true, capacity: null }, near]);

  await button(page, 'Remove away').click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => card(page, 'away').count()).toBe(0);
  expect(await registered()).toEqual([near]);
});

it('a warm pool is made, shows how much of it is ready, and is removed after a question', async () => {
  const container = { id: 'container', displayName: 'Container', language: 'x', kernelName: 'x' };
  await at.gateway.services.prisma.kernelProfile.create({ data: { ...container, runtime: 'dedicated' } });
  const page = await open('/administration/pools');
  await page.getByText('There is no warm pool.').waitFor();
  await button(page, 'New warm pool').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Kernel profile').selectOption('Container');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('has no backend');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByLabel('Kernel profile').selectOption('Python 3');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const pool = card(page, 'Python 3, Standard');
  await pool.getByText('1 of 1 ready').waitFor({ timeout: 90_000 });
  await keepScreenshot(page, 'warm-pools');

  await setPool(1, 2);
  await pool.getByText('2 wanted on each live worker').waitFor({ timeout: 20_000 });
  await button(page, 'Change Python 3, Standard').click();
  await dialog.getByLabel('Workers').fill('0');
  await dialog.getByLabel('Kernels on each live worker').fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Keep at least one worker or kernel.').waitFor();
  await dialog.getByLabel('Kernels on each live worker').fill('1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await pool.getByText('No workers wait.').waitFor();
  await button(page, 'Remove Python 3, Standard').click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('There is no warm pool.').waitFor();
  expect((await at.graphql('{ warmPools { size } }')).data.warmPools).toEqual([]);
});

it.each([
  ['light', { colorScheme: 'light' as const }],
  ['dark', { colorScheme: 'dark' as const }],
  ['phone', { viewport: { width: 390, height: 844 } }],
])('the pages of servers and pools have no serious accessibility fault: %s', async (name, options) => {
  await register({ name: `${name}-server`, baseUrl: 'http://127.0.0.1:9/', capacity: 2 });
  await setPool(0, 1);
  const page = await open('/administration/servers', options);
  await page.getByRole('heading', { name: `${name}-server` }).waitFor();
  const faults = await accessibilityFaults(page);
  const width = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await width()).toBeLessThanOrEqual(0);
  await keepScreenshot(page, `servers-${name}`);
  await page.getByRole('link', { name: 'Warm pools' }).click();
  await page.getByRole('heading', { name: 'Python 3, Standard' }).waitFor();
  faults.push(...(await accessibilityFaults(page)));
  expect(faults).toEqual([]);
  expect(await width()).toBeLessThanOrEqual(0);
  await keepScreenshot(page, `warm-pools-${name}`);
});

it('each long list shows its next pages on demand, with the keyboard too, and keeps them after a change', async () => {
  const { people, teamSize, admin } = await fillLists();
  const page = await open('/administration/people');
  const countsOf = (name: RegExp) => () => page.getByRole('button', { name }).count();
  const showAll = async (what: string, rows: RegExp, counts: number[]) => {
    const more = button(page, `Show more ${what}`);
    for (const [index, count] of counts.entries()) {
      await expect.poll(countsOf(rows)).toBe(count);
      if (index === counts.length - 1) continue;
      await more.focus();
      await page.keyboard.press('Enter');
    }
    expect(await more.count()).toBe(0);
    const note = page.getByText(`All ${counts.at(-1)} ${what} are shown.`);
    await expect.poll(() => note.evaluate((element) => element === document.activeElement)).toBe(true);
  };
  await showAll('people', /^Tokens of /, [50, people]);
  await button(page, `Tokens of ${admin}`).click();
  await showAll('tokens', /^Revoke /, [20, 40, 52]);

  await page.goto(`${at.url}/administration`);
  await showAll('tokens', /^Revoke /, [50, 52]);

  await page.goto(`${at.url}/spaces/${demo.slug}/manage`);
  const members = async () => page.getByLabel(/^Role of /).count();
  await expect.poll(members).toBe(50);
  await button(page, 'Show more members').click();
  await expect.poll(members).toBe(people);
  await page.getByLabel('Role of Person 001').selectOption('viewer');
  await expect.poll(() => page.getByLabel('Role of Person 001').inputValue()).toBe('viewer');
  expect(await members()).toBe(people);
  await page.getByLabel('Search the members').fill('person 00');
  await expect.poll(members).toBe(10);
  await page.getByLabel('Search the members').fill('nobody');
  await page.getByText('No member has this name.').waitFor();
  await page.getByLabel('Search the members').fill('');
  await expect.poll(members).toBe(50);
  await showAll('teams', /^Delete team /, [20, 25]);
  await showAll('members of Large', /^Remove .* from Large$/, [20, 50, teamSize]);
  await button(page, 'Remove Person 001 from Large').click();
  await expect.poll(countsOf(/^Remove .* from Large$/)).toBe(teamSize - 1);
  await showAll('repositories', /^Maintain /, [20, 23]);
  await keepScreenshot(page, 'manage-long-lists');
  expect(await accessibilityFaults(page)).toEqual([]);
});

/** Gives the demo space and its admin more of everything than a page shows. @returns how many people there are then */
async function fillLists(): Promise<{ people: number; teamSize: number; admin: string }> {
  const { prisma } = at.gateway.services;
  const names = Array.from({ length: 60 }, (_, index) => `Person ${String(index).padStart(3, '0')}`);
  await prisma.user.createMany({
    data: names.map((name) => ({ name, email: `${name.replace(' ', '-')}@example.com` })),
  });
  const users = await prisma.user.findMany({ where: { name: { in: names } } });
  const data = users.map(({ id: userId }) => ({ userId, spaceId: demo.spaceId, role: 'editor' as const }));
  await prisma.spaceMember.createMany({ data });
  for (let index = 0; index < 24; index++) await makeTeam(at);
  const { id: teamId } = await makeTeam(at, { name: 'Large' });
  await prisma.teamMember.createMany({ data: users.map(({ id: userId }) => ({ teamId, userId })) });
  const { me } = (await at.graphql('{ me { id name } }')).data;
  for (let index = 0; index < 51; index++) await makeToken(at, { userId: me.id });
  await Promise.all(Array.from({ length: 22 }, () => makeRepository(at)));
  return { people: await prisma.user.count(), teamSize: users.length, admin: me.name };
}
