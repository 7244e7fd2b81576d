import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser, type WatchedPage } from '../support/browser.js';
import { callDemo } from '../support/demo-requests.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { provideIpywidgets } from '../support/ipywidgets.js';
import { testPython } from '../support/jupyter.js';
import { accessibilityFaults, keepScreenshot, openSignedIn } from '../support/pages.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const patient = { timeout: 60_000 };

const path = 'widgets.ipynb';
/** Another site, which counts the requests that it gets. */
let hits = 0;
/** Connections to it, also those without a request. */
let connections = 0;
const elsewhere = createServer((_req, res) => {
  hits += 1;
  res.end();
});
elsewhere.on('connection', () => {
  connections += 1;
});
await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
const site = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

const sources = [
  `slider = widgets.IntSlider(description='Size', value=3)
slider`,
  `button, box = widgets.Button(description='Press'), widgets.Output()
pressed = []
def press(_):
    pressed.append(1)
    with box:
        print('pressed', len(pressed))
button.on_click(press)
display(widgets.VBox([button, widgets.Text(description='Name'), box]))`,
  `@widgets.interact(n=(0, 10))
def twice(n=4):
    print('twice', n * 2)`,
  `import threading
progress, go = widgets.IntProgress(max=50, description='Work'), threading.Event()
display(progress)
def work():
    for i in range(1, 51):
        progress.value = i
        if i == 20: go.wait(60)
threading.Thread(target=work).start()`,
  `class Evil(widgets.DOMWidget):
    _model_name = traitlets.Unicode('EvilModel').tag(sync=True)
    _model_module = traitlets.Unicode('${site}/evil.js').tag(sync=True)
    _view_name = traitlets.Unicode('EvilView').tag(sync=True)
    _view_module = traitlets.Unicode('${site}/evil.js').tag(sync=True)
display(Evil())`,
  `from IPython.display import HTML
hints = '''<link rel="preconnect" href="${site}"><svg><foreignObject><link rel="preconnect" href="${site}"></foreignObject></svg>
<meta http-equiv="refresh" content="0; url=${site}">'''
out = widgets.Output()
with out: display(HTML(hints + '<i>captured</i>'))
display(widgets.VBox([out, widgets.HTMLMath(hints + '<u>math</u>'), widgets.HTML(hints + '''<b>bold</b><script>parent.postMessage('ran', '*')</script>
<img src="${site}/x.png" onerror="parent.postMessage('ran', '*')">
<img src="data:," onerror="parent.postMessage('ran', '*')">''')]))`,
];

let dataDir: string;
let gateway: GatewayProcess;
let token: string;
let browser: Browser;
let session: string;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  gateway = await startGatewayProcess(dataDir);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  browser = await openBrowser();
  const cells = sources.map((source, index) => ({
    ...{ id: `cell-${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await call('POST', `/workspaces/${demo.workspaceId}/files`, { path, notebook });
  session = (await call('POST', '/sessions', { workspace_id: demo.workspaceId, path })).id;
  await execute(`${await provideIpywidgets()}
import ipywidgets as widgets, traitlets
from IPython.display import display`);
});
afterAll(async () => {
  elsewhere.close();
  await browser?.close();
  const { items } = await call('GET', '/workers');
  for (const { id } of items) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

async function call(method: string, at: string, body?: object): Promise<any> {
  const response = await callDemo({ url: gateway.url, token }, method, at, body);
  return response.status === 204 ? undefined : response.json();
}

async function graphql(query: string): Promise<any> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ query }) };
  const { data, errors } = (await (await fetch(`${gateway.url}/graphql`, init)).json()) as any;
  expect(errors).toBeUndefined();
  return data;
}

/** The token of somebody who may only look at the notebook. */
async function viewerToken(): Promise<string> {
  const { createUser } = await graphql(
    'mutation { createUser(input: { name: "Viewer", email: "viewer@example.com" }) { id } }',
  );
  await graphql(
    `mutation { setSpaceMember(spaceSlug: "demo", userId: "${createUser.id}", role: viewer) { role } }`,
  );
  const { createApiToken } = await graphql(`mutation { createApiToken(
    input: { userId: "${createUser.id}", name: "viewer", scopes: [read] }) { token } }`);
  return createApiToken.token;
}

/** The ids of the models of a name. */
async function modelsOf(name: string): Promise<string[]> {
  const query = `{ space(slug: "demo") { session(id: "${session}") { widgetState } } }`;
  const { state } = (await graphql(query)).space.session.widgetState;
  return Object.keys(state).filter((id) => state[id].model_name === name);
}

/** Runs code beside the notebook. @returns the text of its result */
async function execute(code: string): Promise<string> {
  const [{ id }] = await call('POST', `/sessions/${session}/execute/batch`, { cells: [{ code }] }).then(
    ({ executions }) => executions,
  );
  let done: any;
  await vi.waitFor(
    async () => {
      done = await call('GET', `/sessions/${session}/executions/${id}`);
      expect(done.status).toBe('ok');
    },
    { ...patient, interval: 200 },
  );
  return done.outputs.at(-1)?.data?.['text/plain'] ?? '';
}

const open = async (more: { colorScheme?: 'dark'; token?: string } = {}): Promise<WatchedPage> => {
  const address = `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${path}`;
  // Frames outside of the window are not drawn in a picture.
  const viewport = { width: 1280, height: 1500 };
  const options = { path: address, viewport, ...more };
  const watched = await openSignedIn(browser, gateway.url, more.token ?? token, options);
  await watched.page.getByText('Live', { exact: true }).waitFor();
  return watched;
};
const output = (page: Page, cell: number) =>
  page.getByRole('region', { name: `Output of cell ${cell}`, exact: true });
const frame = (page: Page, cell: number) => output(page, cell).frameLocator('iframe');
const run = (page: Page, cell: number) =>
  page.getByRole('button', { name: `Run cell ${cell}`, exact: true }).click();
const slider = (page: Page, cell: number) => frame(page, cell).getByRole('slider').first();
const readout = (page: Page, cell: number) => frame(page, cell).locator('.widget-readout').textContent();

it('a slider moves the value in the kernel and at other viewers, and is there again after a reload', async () => {
  const [{ page }, { page: other }] = [await open(), await open()];
  await run(page, 1);
  for (const one of [page, other]) await expect.poll(() => readout(one, 1), patient).toBe('3');
  await slider(page, 1).focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
  await expect.poll(() => execute('slider.value'), patient).toBe('6');
  await expect.poll(() => readout(other, 1), patient).toBe('6');
  await slider(other, 1).focus();
  await other.keyboard.press('ArrowLeft');
  await expect.poll(() => readout(page, 1), patient).toBe('5');
  await execute('slider.value = 42');
  for (const one of [page, other]) await expect.poll(() => readout(one, 1), patient).toBe('42');
  await other.reload();
  await expect.poll(() => readout(other, 1), patient).toBe('42');
});

it('buttons and interact print below, and progress moves while it goes on', async () => {
  const { page } = await open();
  await run(page, 2);
  const press = frame(page, 2).getByRole('button', { name: 'Press' });
  for (const count of [1, 2]) {
    await press.click(patient);
    await frame(page, 2).getByText(`pressed ${count}`).waitFor(patient);
  }
  await frame(page, 2).getByLabel('Name').fill('Ada');
  await run(page, 3);
  await frame(page, 3).getByText('twice 8').waitFor(patient);
  await slider(page, 3).focus();
  await page.keyboard.press('ArrowRight');
  await frame(page, 3).getByText('twice 10').waitFor(patient);
  expect(await output(page, 3).locator('pre').count()).toBe(0);
  await run(page, 4);
  const bar = frame(page, 4).locator('.progress-bar');
  const width = () => bar.evaluate((element) => (element as HTMLElement).style.width);
  await expect.poll(width, patient).toBe('40%');
  await execute('go.set()');
  await expect.poll(width, patient).toBe('100%');
  await keepScreenshot(page, 'widgets');
  expect(await accessibilityFaults(page)).toEqual([]);
  const { page: dark } = await open({ colorScheme: 'dark' });
  await frame(dark, 3).getByText('twice 10').waitFor(patient);
  await frame(dark, 2).getByText('pressed 2').waitFor(patient);
  await frame(dark, 4).locator('.progress-bar').waitFor(patient);
  await keepScreenshot(dark, 'widgets-dark');
});

it('a viewer without the right to execute sees the widgets and cannot change them', async () => {
  await execute('slider.value = 10');
  const { page } = await open({ token: await viewerToken() });
  await expect.poll(() => readout(page, 1), patient).toBe('10');
  expect(await frame(page, 2).getByRole('button', { name: 'Press' }).isDisabled(patient)).toBe(true);
  await slider(page, 1)
    .focus()
    .catch(() => {});
  await page.keyboard.press('ArrowRight');
  // What a frame sends is not sent on either.
  const messageId = '00000000-0000-4000-8000-000000000002';
  const [commId] = await modelsOf('IntSliderModel');
  const data = { method: 'update', state: { value: 99 }, buffer_paths: [] };
  for (const inner of page.frames().filter((one) => one.url().endsWith('/widgets.html')))
    await inner.evaluate((message) => parent.postMessage(message, '*'), {
      ...{ type: 'send', commId, data, buffers: [], messageId },
    });
  await execute('slider.value = 11');
  await expect.poll(() => readout(page, 1), patient).toBe('11');
  expect(await execute('slider.value')).toBe('11');
});

it('a hostile widget reaches nothing', async () => {
  const { page, requests } = await open();
  await page.evaluate(() => {
    addEventListener('message', ({ data }) => {
      if (data === 'ran') (globalThis as any).reached = true;
    });
  });
  await run(page, 5);
  await frame(page, 5).getByText('This page does not show the widget EvilModel').waitFor(patient);
  await run(page, 6);
  for (const text of ['bold', 'math', 'captured']) await frame(page, 6).getByText(text).waitFor(patient);
  expect(await frame(page, 6).locator('link[rel=preconnect], meta[http-equiv]').count()).toBe(0);
  await expect
    .poll(
      () =>
        frame(page, 6)
          .locator('img')
          .evaluateAll((images) => images.map((one: any) => one.complete)),
      patient,
    )
    .toEqual([true, true]);
  expect(await page.evaluate(() => (globalThis as any).reached)).toBeUndefined();
  // Even code that runs in the frame may only speak on comms of the session.
  const [inner] = page.frames().filter((one) => one.url().endsWith('/widgets.html'));
  const sent = () => requests.filter((url) => url.endsWith('/graphql')).length;
  const before = sent();
  await inner!.evaluate(async (url) => {
    await fetch(url).catch(() => {});
    const messageId = '00000000-0000-4000-8000-000000000001';
    for (const commId of ['unknown', 7, null]) {
      parent.postMessage({ type: 'send', commId, data: {}, buffers: [], messageId }, '*');
    }
  }, `${site}/fetched`);
  const isClosed = () =>
    inner!.evaluate(() => {
      try {
        return String((parent as any).document.title);
      } catch {
        return 'closed';
      }
    });
  expect(await isClosed()).toBe('closed');
  expect({ sent: sent() - before, hits, connections }).toEqual({ sent: 0, hits: 0, connections: 0 });
});

it('the frame of widgets has no origin, no network and no scripts but ours, also when it is opened by itself', async () => {
  const address = `${gateway.url}/widgets.html`;
  const policy = (await fetch(address)).headers.get('content-security-policy')!;
  for (const directive of [
    'sandbox allow-scripts',
    "default-src 'none'",
    "script-src 'self';",
    "form-action 'none'",
  ])
    expect(policy).toContain(directive);
  const page = await browser.newPage();
  await page.goto(address);
  expect(await page.evaluate(() => self.origin)).toBe('null');
  await page.close();
});
