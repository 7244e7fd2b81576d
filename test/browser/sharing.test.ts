import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser, watchedPage } from '../support/browser.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
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

const pathOf = (id: string) => `/spaces/${demo.slug}/workspaces/${id}`;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const open = async (
  id: string,
  { token = at.token, ...options }: BrowserContextOptions & { token?: string } = {},
) => (await openSignedIn(browser, at.url, token, { path: pathOf(id), ...options })).page;

/** Opens the dialog; it has its rows once the members are loaded. */
async function share(page: Page) {
  await button(page, 'Share').click();
  await page.getByText(/can be chosen|in the list above/).waitFor();
}

async function add(page: Page, search: string, level: string) {
  await page.getByLabel('Find a member or team').fill(search);
  const choice = page.getByLabel('Member or team', { exact: true });
  const option = choice.getByRole('option', { name: new RegExp(`^${search} \\(`) });
  await choice.selectOption(await option.getAttribute('value'));
  await page.getByLabel('Level', { exact: true }).selectOption(level);
  await button(page, 'Add').click();
  await page.getByLabel(`Level of ${search}`).waitFor();
}

/** The visibility and the levels, by the ids of users and teams. */
async function accessOf(id: string) {
  const { data } = await at.graphql(
    `query ($id: ID!) { space(slug: "demo") { workspace(id: $id) {
      access { visibility grants { principalId accessLevel } } } } }`,
    { id },
  );
  const { visibility, grants } = data.space.workspace.access;
  type Grant = { principalId: string; accessLevel: string };
  const levels = grants.map(({ principalId, accessLevel }: Grant) => [principalId, accessLevel]);
  return { visibility, levels: Object.fromEntries(levels) as Record<string, string> };
}

/** Replaces the grants, as another client does. */
async function replaceAccess(id: string, levels: Record<string, 'view' | 'manage'>, visibility = 'shared') {
  const grants = Object.entries(levels).map(([principalId, accessLevel]) => ({
    principalType: 'user',
    principalId,
    accessLevel,
  }));
  const { errors } = await at.graphql(
    `mutation ($id: ID!, $input: WorkspaceAccessInput!) {
      replaceWorkspaceAccess(spaceSlug: "demo", id: $id, input: $input) { workspaceId } }`,
    { id, input: { visibility, grants } },
  );
  expect(errors).toBeUndefined();
}

it('a workspace is shared with a person and a team, and taking that away asks first', async () => {
  const { id } = await makeWorkspace(at);
  const ada = await makeUser(at, { role: 'viewer', name: 'Ada' });
  const team = await makeTeam(at, { name: 'Research' });
  const page = await open(id);
  await share(page);
  await add(page, 'Ada', 'view');
  await add(page, 'Research', 'manage');
  await page.getByLabel('Visible to').selectOption('shared');
  expect(await accessOf(id)).toEqual({ visibility: 'private', levels: {} });
  await button(page, 'Save').click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  const shared = { visibility: 'shared', levels: { [ada.id]: 'view', [team.id]: 'manage' } };
  expect(await accessOf(id)).toEqual(shared);
  await page.getByText('· shared').waitFor();
  await share(page);
  await page.getByLabel('Level of Ada').selectOption('manage');
  await button(page, 'Remove Research').click();
  await button(page, 'Save').click();
  await page.getByRole('dialog', { name: 'Take access away?' }).getByText('Research').waitFor();
  // Escape leaves the question only.
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(1);
  expect(await accessOf(id)).toEqual(shared);
  await button(page, 'Save').click();
  await button(page, 'Take away and save').click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect(await accessOf(id)).toEqual({ visibility: 'shared', levels: { [ada.id]: 'manage' } });
  const isFocused = (element: Element) => element === document.activeElement;
  await expect.poll(() => button(page, 'Share').evaluate(isFocused)).toBe(true);
});

it('what others change appears in the open dialog, and what was edited here stays', async () => {
  const { id } = await makeWorkspace(at);
  const [grace, edsger] = await Promise.all([
    makeUser(at, { role: 'editor', name: 'Grace' }),
    makeUser(at, { role: 'editor', name: 'Edsger' }),
  ]);
  await replaceAccess(id, { [grace.id]: 'view' });
  const page = await open(id);
  await page.getByText('Live', { exact: true }).waitFor();
  await share(page);
  await add(page, 'Edsger', 'view');
  await replaceAccess(id, { [grace.id]: 'manage' });
  await page.getByText('changed meanwhile: Grace').waitFor();
  await expect.poll(() => page.getByLabel('Level of Grace').inputValue()).toBe('manage');
  await keepScreenshot(page, 'sharing-meanwhile');
  await button(page, 'Save').click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect((await accessOf(id)).levels).toEqual({ [grace.id]: 'manage', [edsger.id]: 'view' });
});

it('a save overwrites nothing that others changed and the page does not know yet', async () => {
  const { id } = await makeWorkspace(at);
  const [mary, john] = await Promise.all([
    makeUser(at, { role: 'editor', name: 'Mary' }),
    makeUser(at, { role: 'editor', name: 'John' }),
  ]);
  await replaceAccess(id, { [mary.id]: 'view', [john.id]: 'view' });
  const context = await browser.newContext();
  // No event reaches the page.
  await context.routeWebSocket(/graphql/, (socket) => socket.close({ code: 1011 }));
  await context.route('**/graphql/stream', (route) => route.abort());
  const { page } = await watchedPage(context);
  await page.goto(`${at.url}${pathOf(id)}#token=${at.token}`);
  await share(page);
  await page.getByLabel('Level of Mary').selectOption('manage');
  await page.getByLabel('Level of John').selectOption('manage');
  await replaceAccess(id, { [mary.id]: 'view' }, 'space');
  await button(page, 'Save').click();
  await page.getByText('changed meanwhile: the visibility, John').waitFor();
  expect(await accessOf(id)).toEqual({ visibility: 'space', levels: { [mary.id]: 'view' } });
  expect(await page.getByLabel('Visible to').inputValue()).toBe('space');
  expect(await page.getByLabel('Level of John').count()).toBe(0);
  await button(page, 'Save').click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect(await accessOf(id)).toEqual({ visibility: 'space', levels: { [mary.id]: 'manage' } });
});

it('a save overwrites nothing that others change at that moment', async () => {
  const { id } = await makeWorkspace(at);
  const [alan, kurt] = await Promise.all([
    makeUser(at, { role: 'editor', name: 'Alan' }),
    makeUser(at, { role: 'editor', name: 'Kurt' }),
  ]);
  await replaceAccess(id, { [alan.id]: 'view' });
  const page = await open(id);
  await share(page);
  await page.getByLabel('Level of Alan').selectOption('manage');
  let isFirst = true;
  await page.route('**/graphql', async (route) => {
    const isSave = route.request().postData()?.includes('mutation ReplaceAccess') ?? false;
    if (isSave && isFirst) {
      isFirst = false;
      await replaceAccess(id, { [alan.id]: 'view', [kurt.id]: 'manage' });
    }
    await route.continue();
  });
  await button(page, 'Save').click();
  await page.getByRole('alert').filter({ hasText: 'changed meanwhile: Kurt' }).waitFor();
  expect((await accessOf(id)).levels).toEqual({ [alan.id]: 'view', [kurt.id]: 'manage' });
  await button(page, 'Save').click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect((await accessOf(id)).levels).toEqual({ [alan.id]: 'manage', [kurt.id]: 'manage' });
});

it('a member is found by name who is not on the first page of members', async () => {
  const { id } = await makeWorkspace(at);
  await makeUser(at, { role: 'viewer', name: 'Oldest of all' });
  await makeMembers(120);
  const page = await open(id);
  await share(page);
  const options = page.getByLabel('Member or team', { exact: true }).getByRole('option');
  expect(await options.count()).toBe(20);
  await button(page, 'Find more').click();
  await expect.poll(() => options.count()).toBe(40);
  const asked: unknown[] = [];
  page.on('request', (request) => {
    const { query = '', variables } = (request.method() === 'POST' && request.postDataJSON()) || {};
    if (query.startsWith('query MembersToShareWith')) asked.push(variables);
  });
  await add(page, 'Oldest of all', 'view');
  await page.getByText('Oldest of all is added above').waitFor();
  // The gateway looks for it: no other page of members is loaded.
  expect(asked).toContainEqual({ slug: demo.slug, search: 'Oldest of all', after: null });
  expect(asked.filter((variables) => (variables as { after: unknown }).after !== null)).toEqual([]);
  await page.getByLabel('Find a member or team').fill('nobody at all');
  await page.getByText('No other member or team has this in its name.').waitFor();
});

async function makeMembers(count: number) {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const { data } = await at.graphql(
    `mutation { ${numbers.map((n) => `a${n}: createUser(input: {name: "Guest ${n}", email: "guest${n}@example.com"}) { id }`)} }`,
  );
  const users: { id: string }[] = Object.values(data);
  await at.graphql(
    `mutation { ${users.map((user, n) => `a${n}: setSpaceMember(spaceSlug: "demo", userId: "${user.id}", role: viewer) { role }`)} }`,
  );
}

it('who may not manage a workspace is not offered to share it, and a refusal is shown as its sentence', async () => {
  const { id } = await makeWorkspace(at, { visibility: 'space' });
  const editor = await makeUser(at, { role: 'editor' });
  const page = await open(id, { token: editor.token });
  await page.getByRole('link', { name: 'README.md' }).waitFor();
  expect(await button(page, 'Share').count()).toBe(0);
  const reader = await makeUser(at, { role: 'admin', scopes: ['read'] });
  const own = await open(id, { token: reader.token });
  await share(own);
  await own.getByLabel('Visible to').selectOption('private');
  await button(own, 'Save').click();
  await own.getByRole('dialog').getByText('lacks the scope "write"').waitFor();
  expect((await accessOf(id)).visibility).toBe('space');
});

it('who may lose their own access by a save is asked first', async () => {
  const { id } = await makeWorkspace(at);
  const manager = await makeUser(at, { role: 'editor', name: 'Manager' });
  await replaceAccess(id, { [manager.id]: 'manage' });
  const page = await open(id, { token: manager.token });
  await share(page);
  await page.getByLabel('Visible to').selectOption('private');
  await button(page, 'Save').click();
  await page.getByText('Your own access can end').waitFor();
  await button(page, 'Take away and save').click();
  await page.getByText('You may not view this workspace').first().waitFor();
});

it.each([
  ['light', { colorScheme: 'light' as const }],
  ['dark', { colorScheme: 'dark' as const }],
  ['phone', { viewport: { width: 390, height: 844 } }],
])('the dialog has no serious accessibility fault: %s', async (name, options) => {
  const { id } = await makeWorkspace(at);
  const people = await Promise.all([
    makeUser(at, { role: 'editor', name: 'Barbara with a rather long name for a phone' }),
    makeUser(at, { role: 'editor', name: 'Donald' }),
    makeUser(at, { role: 'editor', name: 'Tony' }),
  ]);
  await replaceAccess(id, Object.fromEntries(people.map((user) => [user.id, 'view'])), 'private');
  const page = await open(id, options);
  await share(page);
  await page.getByLabel('Level of Donald').selectOption('manage');
  await button(page, 'Remove Tony').click();
  const faults = await accessibilityFaults(page);
  await keepScreenshot(page, `sharing-${name}`);
  const dialog = page.getByRole('dialog', { name: /^Share/ });
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(
    0,
  );
  await button(page, 'Save').click();
  await page.getByRole('dialog', { name: 'Take access away?' }).waitFor();
  faults.push(...(await accessibilityFaults(page)));
  expect(faults).toEqual([]);
});
