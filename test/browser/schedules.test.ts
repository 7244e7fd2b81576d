import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { Scheduler } from '../../src/schedules/scheduler.js';
import { openBrowser } from '../support/browser.js';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { makeRun } from '../support/factories/make-run.js';
import { makeUser, type TestUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';
import { openScheduleForm, scheduleUpdatesOf } from '../support/schedule-form.js';

const path = 'reports/daily.ipynb';
/** Years ahead, so that the gateway itself starts nothing. Without backends runs start, and fail. */
const due = new Date('2035-05-01T06:00:00Z');
const minutesLater = (minutes: number) => new Date(due.getTime() + minutes * 60_000);

let at: TestGateway;
let browser: Browser;
let editor: TestUser;
let workspace: string;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
  editor = await makeUser(at, { role: 'editor', name: 'Grace' });
  workspace = (await makeWorkspace(at, { visibility: 'space' })).id;
  const body = { path, notebook: codeNotebook([codeCell('one', '1')]) };
  expect((await at.rest('POST', `/workspaces/${workspace}/authoring-files`, { body })).status).toBe(201);
});
beforeEach(async () => {
  await at.gateway.services.prisma.schedule.deleteMany();
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser?.close();
  await at?.close();
});

const open = (token = editor.token, options: BrowserContextOptions = {}) =>
  openSignedIn(browser, at.url, token, {
    path: `/spaces/${demo.slug}/workspaces/${workspace}`,
    ...options,
  });
const section = (page: Page) => page.getByRole('region', { name: /^Schedules/ });
const row = (page: Page, text: string) => section(page).getByRole('listitem').filter({ hasText: text });
const button = (page: Page, name: string | RegExp) => section(page).getByRole('button', { name });
const schedules = async () => (await at.rest('GET', `/schedules?workspace_id=${workspace}`)).body.items;

/** What somebody else does. */
async function create(more: object = {}): Promise<string> {
  const body = { workspace_id: workspace, path, cron: '0 * * * *', ...more };
  const { status, body: made } = await at.rest('POST', '/schedules', { body, token: editor.token });
  expect(status).toBe(201);
  return made.id;
}

/** What a gateway does at a time of the tests, when this schedule was due. */
async function startRuns(id: string, now: Date): Promise<void> {
  const { services } = at.gateway;
  await services.prisma.schedule.update({ where: { id }, data: { nextDueAt: due } });
  await new Scheduler(services, { isOwner: () => true, now: () => now }).startDueRuns();
}

it('a schedule is created by the clock of the browser, paused, let go on, and deleted after a question', async () => {
  const { page, requests, violations } = await open(editor.token, { timezoneId: 'Asia/Tokyo' });
  await button(page, 'New schedule').click();
  const dialog = page.getByRole('dialog');
  const createIt = () => dialog.getByRole('button', { name: 'Create' }).click();
  const isRefused = (reason: string) => dialog.getByRole('alert').filter({ hasText: reason }).waitFor();
  await dialog.getByLabel('Notebook').fill('reports/dialy.ipynb');
  await expect.poll(() => dialog.locator('datalist option').count()).toBeGreaterThan(0);
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepScreenshot(page, 'new-schedule');
  await createIt();
  await isRefused('The file was not found.');
  await dialog.getByLabel('Notebook').fill(path);
  await dialog.getByLabel('Parameters').fill('{rate: 2}');
  await createIt();
  await isRefused('not valid JSON');
  await dialog.getByLabel('Parameters').fill('{"rate": 2}');
  await dialog.getByLabel('Cron').fill('daily');
  await createIt();
  await isRefused('must have five fields');
  expect(await schedules()).toEqual([]);
  await dialog.getByLabel('How often').selectOption('Monday to Friday at 6:30');
  await createIt();
  await row(page, path).getByText('06:30 GMT+9').waitFor();
  const expected = {
    path,
    ref: null,
    cron: '30 6 * * 1-5',
    time_zone: 'Asia/Tokyo',
    parameters: { rate: 2 },
  };
  expect(await schedules()).toMatchObject([{ ...expected, status: 'active' }]);

  await button(page, /^Pause: /).focus();
  await page.keyboard.press('Enter');
  await row(page, path).getByText('paused').waitFor();
  expect((await schedules())[0].status).toBe('paused');
  const goOn = button(page, /^Go on: /);
  expect(await goOn.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await row(page, path).getByText('active').waitFor();
  await button(page, /^Delete: /).click();
  expect(await schedules()).toHaveLength(1);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await section(page).getByText('No schedule runs').waitFor();
  expect(await schedules()).toEqual([]);
  expect(requests.filter((url) => new URL(url).origin !== at.url)).toEqual([]);
  expect(violations).toEqual([]);
});

it('the form of a schedule has its values, and is used by keyboard; what is typed stays after an error', async () => {
  // Chromium lists this time zone under the name Asia/Calcutta.
  const parameters = { rate: 2, names: ['a', 'b'] };
  await create({ cron: '30 6 * * 1-5', time_zone: 'Asia/Kolkata', parameters, ref: 'main' });
  const { page, violations } = await open();
  const sent = scheduleUpdatesOf(page);
  await button(page, /^Edit: /).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Edit schedule' });
  await dialog.getByText('Its path on main.').waitFor();
  const values = ['Notebook', 'How often', 'Cron', 'Time zone', 'Parameters'].map((label) =>
    dialog.getByLabel(label).inputValue(),
  );
  expect(await Promise.all(values)).toEqual([
    path,
    '30 6 * * 1-5',
    '30 6 * * 1-5',
    'Asia/Kolkata',
    JSON.stringify(parameters, null, 2),
  ]);
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepScreenshot(page, 'edit-schedule');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const edit = button(page, /^Edit: /);
  expect(await edit.evaluate((element) => element === document.activeElement)).toBe(true);

  const { field, save, isRefused } = await openScheduleForm(page);
  await field('Notebook').fill('reports/dialy.ipynb');
  await save();
  await isRefused('The file was not found.');
  await field('Notebook').fill(path);
  await field('Parameters').fill('{rate: 3}');
  await save();
  await isRefused('not valid JSON');
  expect(sent).toEqual([]);
  await field('Parameters').fill('');
  await field('Cron').fill('daily');
  await save();
  await isRefused('must have five fields');
  expect(await field('Parameters').inputValue()).toBe('');
  await field('Cron').fill('0 5 * * *');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await row(page, path).getByText('0 5 * * *').waitFor();
  const expected = { path, ref: 'main', cron: '0 5 * * *', time_zone: 'Asia/Kolkata', parameters: {} };
  expect(await schedules()).toMatchObject([expected]);
  expect(sent.at(-1)).toEqual({ cron: '0 5 * * *', parameters: null });
  expect(violations).toEqual([]);
});

it('only changed values of a schedule are sent: what is changed elsewhere meanwhile stays', async () => {
  const id = await create({ time_zone: 'Europe/Berlin', parameters: { rate: 2 } });
  const { page } = await open();
  const sent = scheduleUpdatesOf(page);
  await page.getByText('Live', { exact: true }).waitFor();
  const { dialog, field, save } = await openScheduleForm(page);
  await field('Time zone').selectOption('Asia/Tokyo');
  await dialog.getByRole('status').filter({ hasText: 'Only what you change' }).waitFor();
  const body = { cron: '15 4 * * *', parameters: { rate: 3 } };
  expect((await at.rest('PATCH', `/schedules/${id}`, { body, token: editor.token })).status).toBe(200);
  await dialog.getByRole('status').filter({ hasText: 'was changed meanwhile' }).waitFor();
  expect(await field('Time zone').inputValue()).toBe('Asia/Tokyo');
  await save();
  await dialog.waitFor({ state: 'detached' });
  await row(page, path).getByText('Asia/Tokyo').waitFor();
  expect(sent).toEqual([{ timeZone: 'Asia/Tokyo' }]);
  expect(await schedules()).toMatchObject([{ ...body, path, time_zone: 'Asia/Tokyo', ref: null }]);

  const again = await openScheduleForm(page);
  expect(await again.field('Cron').inputValue()).toBe('15 4 * * *');
  await again.save();
  await dialog.waitFor({ state: 'detached' });
  expect(sent).toHaveLength(1);
});

it('the form of a schedule that is deleted meanwhile stays with what is typed, and says so', async () => {
  const id = await create();
  const { page } = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  const { field, save, isRefused } = await openScheduleForm(page);
  await field('Parameters').fill('{"rate": 7}');
  expect((await at.rest('DELETE', `/schedules/${id}`, { token: editor.token })).status).toBe(204);
  await page.getByText('No schedule runs').waitFor();
  await save();
  await isRefused('The schedule was not found.');
  expect(await field('Parameters').inputValue()).toBe('{"rate": 7}');
});

it('schedules of others, their runs, missed times and suspensions appear by themselves', async () => {
  const { page } = await open(at.token);
  await page.getByText('Live', { exact: true }).waitFor();
  await section(page).getByText('No schedule runs').waitFor();
  const id = await create({ cron: '*/10 * * * *', time_zone: 'Europe/Berlin' });
  await row(page, path).getByText('Europe/Berlin · Grace').waitFor();
  await startRuns(id, minutesLater(62));
  await row(page, path).getByText('6 due times were missed').waitFor();
  await row(page, path).getByText('only the last is run').waitFor();
  await row(page, path).getByText('failed', { exact: true }).waitFor();
  const run = await at.gateway.services.prisma.notebookRun.findFirstOrThrow({ where: { scheduleId: id } });
  await row(page, path).getByText(run.errorDetail!).waitFor();
  const link = row(page, path).getByRole('link', { name: 'notebook', exact: true });
  expect(await link.getAttribute('href')).toContain(`notebook?${new URLSearchParams({ path })}`);

  const gone = await create({ path: 'reports/gone.ipynb' });
  await startRuns(gone, minutesLater(0.1));
  await row(page, 'gone').getByText('suspended').waitFor();
  await row(page, 'gone').locator('.fault').getByText('The file was not found.').waitFor();
  await button(page, /^Go on: reports\/gone/).click();
  await row(page, 'gone').getByText('active').waitFor();
});

it('a due time that is missed appears soon after another gateway has noted it', async () => {
  const { prisma } = at.gateway.services;
  const data = { workspaceId: workspace, userId: editor.id, path, cron: '@daily', nextDueAt: due };
  const { id } = await prisma.schedule.create({ data });
  const { page } = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  await row(page, path).getByText('Next run').waitFor();
  const missed = { missedCount: 1, lastMissedAt: due, missedReason: 'There are too many runs.' };
  await prisma.schedule.update({ where: { id }, data: { ...missed, nextDueAt: minutesLater(1440) } });
  await row(page, path).getByText('1 due time was missed').waitFor();
});

it('who may not change a schedule sees the list alone, all of it when it is long', async () => {
  const { prisma } = at.gateway.services;
  const data = { workspaceId: workspace, userId: editor.id, path, nextDueAt: due };
  await prisma.schedule.createMany({
    data: Array.from({ length: 12 }, (_, hour) => ({ ...data, cron: `0 ${hour} * * *` })),
  });
  const viewer = await makeUser(at, { role: 'viewer' });
  const { page } = await open(viewer.token);
  await expect.poll(() => row(page, path).count()).toBe(10);
  await button(page, 'Show more schedules').click();
  await expect.poll(() => row(page, path).count()).toBe(12);
  expect(await section(page).getByRole('button').count()).toBe(0);

  const other = await makeUser(at, { role: 'editor' });
  const { page: ofOther } = await open(other.token);
  await expect.poll(() => row(ofOther, path).count()).toBe(10);
  await button(ofOther, 'New schedule').waitFor();
  expect(await button(ofOther, /^(Edit|Pause|Go on|Delete): /).count()).toBe(0);

  // An admin may stop what runs with the rights of others, and not change it.
  const { page: ofAdmin } = await open(at.token);
  await button(ofAdmin, /^Pause: /)
    .first()
    .waitFor();
  expect(await button(ofAdmin, /^Edit: /).count()).toBe(0);
});

it.each([
  ['light', { colorScheme: 'light' as const }],
  ['dark', { colorScheme: 'dark' as const }],
  ['phone', { viewport: { width: 390, height: 844 } }],
])('the schedules have no serious accessibility fault: %s', async (name, options) => {
  const { prisma } = at.gateway.services;
  const own = { workspaceId: workspace, userId: editor.id };
  const saved = { status: 'ok', savedCommitOid: '1'.repeat(40), savePath: 'out.ipynb' } as const;
  const run = await makeRun(at, { ...own, repositoryId: demo.repositoryId }, { data: saved });
  const missed = { missedCount: 1, lastMissedAt: new Date(), missedReason: 'The run before had not ended.' };
  const parameters = JSON.stringify({ rate: 2 });
  const error = { errorCode: 'not_found', errorDetail: 'The file was not found.' };
  await prisma.schedule.createMany({
    data: [
      { ...own, ...missed, path, cron: '@daily', nextDueAt: due, lastDueAt: new Date(), lastRunId: run.id },
      { ...own, ...error, path: 'reports/gone.ipynb', cron: '@weekly', parameters, status: 'suspended' },
    ],
  });
  const { page } = await open(editor.token, options);
  await section(page).getByRole('link', { name: 'executed notebook' }).waitFor();
  await section(page).getByText('Parameters').click();
  await section(page).getByText('"rate": 2').waitFor();
  await keepScreenshot(page, `schedules-${name}`);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
