import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openBrowser, type WatchedPage } from '../support/browser.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { keepScreenshot, openSignedIn } from '../support/pages.js';

let at: TestGateway;
let browser: Browser;
/** Another site, which counts the requests that it gets. */
let hits = 0;
const elsewhere = createServer((_req, res) => {
  hits += 1;
  res.end();
});
let site: string;
beforeAll(async () => {
  [at, browser] = await Promise.all([openTestGateway(), openBrowser()]);
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
});
afterAll(async () => {
  elsewhere.close();
  await browser?.close();
  await at?.close();
});

/** What a hostile script does wherever it runs: it marks what it reached. */
const attack = () => `
  for (const reach of [
    () => { parent.document.title = 'reached'; },
    () => { parent.reached = 'parent'; },
    () => { localStorage.setItem('reached', '1'); },
    () => { parent.sessionStorage.getItem('x'); parent.reached = 'storage'; },
    () => { top.location = 'about:blank'; },
    () => { open('about:blank'); },
  ]) try { reach(); } catch {}
  fetch('${site}/fetched').catch(() => {}); new Image().src = '${site}/pixel';
  document.documentElement.dataset.ran = 'yes';
  parent.postMessage({ type: 'height', height: 1e9 }, '*');`;
const image = `<img src=x onerror="window.reached='handler'">`;
const display = (data: Record<string, string>) => ({ output_type: 'display_data', data, metadata: {} });
const code = (id: string, ...outputs: object[]) => ({
  ...{ id, cell_type: 'code', source: '', metadata: {}, execution_count: null, outputs },
});
const text = (id: string, source: string) => ({ id, cell_type: 'markdown', source, metadata: {} });

const cells = () => [
  text(
    'markdown',
    `<script>window.reached = 'markdown'</script>${image}
<base href="${site}/"><style>.cell { display: none }</style>
<form action="/graphql" method="post"><input name="query"><button>Go</button></form>
<iframe srcdoc="<script>parent.reached='frame'</script>"></iframe>
<svg><script>window.reached = 'svg'</script></svg>
<div id="root" class="fault" style="position:fixed;inset:0">covered</div>

[run](javascript:window.reached='link') [data](data:text/html,x) [out](https://example.org/) [file](other.ipynb) [bad](b%zz.ipynb)

![pixel](${site}/pixel.png) $\\href{javascript:window.reached='math'}{x} + \\alpha$`,
  ),
  code(
    'html',
    display({
      'text/html': `<b>shown</b>${image}<script>${attack()}</script><form action="/graphql"></form>`,
    }),
  ),
  code(
    'svg',
    display({
      'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>${attack()}</script></svg>`,
    }),
  ),
  code('script', display({ 'application/javascript': attack() })),
  code('latex', display({ 'text/latex': "$\\href{javascript:window.reached='latex'}{x}$" })),
  code('words', display({ 'text/latex': `Energy $E=mc^2$ ${image} $$x$$` })),
  code('ansi', {
    ...{ output_type: 'stream', name: 'stdout' },
    text: `\u001b]8;;javascript:window.reached='ansi'\u0007link\u001b]8;;\u0007 \u001b[31m<script>window.reached='ansi'</script>${image}\u001b[0m`,
  }),
  code('error', { output_type: 'error', ename: image, evalue: '', traceback: [image] }),
  code('last', display({ 'text/plain': 'the end' })),
];

async function openHostile(): Promise<WatchedPage> {
  const path = 'hostile.ipynb';
  const body = { path, notebook: { cells: cells(), metadata: {}, nbformat: 4, nbformat_minor: 5 } };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
  const watched = await openSignedIn(browser, at.url, at.token, {
    path: `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${path}`,
  });
  await watched.page.getByText('the end').waitFor();
  return watched;
}

/** Whether the attack ran in a frame, and the origin of the frame. */
const markOf = (frame: Frame) => frame.evaluate(() => [document.documentElement.dataset.ran, self.origin]);

it('nothing of a hostile notebook runs in the origin of the page, reaches it, or leaves the browser', async () => {
  const { page } = await openHostile();
  // The scripts do run, in frames of their own: else this test would show nothing.
  const ran = async () => {
    const marks = await Promise.all(page.frames().map((frame) => markOf(frame).catch(() => [])));
    return marks.filter(([mark]) => mark === 'yes');
  };
  await expect.poll(ran).toEqual([
    ['yes', 'null'],
    ['yes', 'null'],
  ]);
  await expect.poll(() => page.locator('.markdown').first().innerText()).toContain('covered');
  const reached = await page.evaluate(() => [
    (globalThis as any).reached,
    document.title,
    localStorage.getItem('reached'),
  ]);
  expect(reached).toEqual([undefined, 'hostile.ipynb · Notebook gateway', null]);
  expect(browser.contexts().flatMap((context) => context.pages())).toHaveLength(1);
  expect(hits).toBe(0);
  await fetch(site);
  expect(hits).toBe(1);

  const rendered = page.locator('.markdown').first();
  expect(
    await rendered.locator('script, style, form, input, iframe, base, svg, [id], [class], [style]').count(),
  ).toBe(0);
  const links = await rendered
    .locator('a')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(links.filter((href) => href !== null)).toEqual([
    'https://example.org/',
    `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=other.ipynb&branch=main`,
    `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=b%25zz.ipynb&branch=main`,
  ]);
  expect(await page.locator('.cells a[href^="javascript"]').count()).toBe(0);
  await rendered.locator('math').first().waitFor();
  const words = page.locator('.outputs .markdown', { hasText: 'Energy' });
  expect(await words.locator('math').count()).toBe(2);
  expect(await words.locator('img').count()).toBe(0);
  expect(await words.innerText()).not.toContain('$');

  const heights = await page
    .locator('iframe.frame-output')
    .evaluateAll((all) => all.map((one) => one.clientHeight));
  expect(Math.max(...heights)).toBeLessThanOrEqual(1_200);
  await keepScreenshot(page, 'notebook-hostile');
});

it('the frame of outputs has no origin and no network, also when it is opened by itself', async () => {
  const answer = await fetch(`${at.url}/frame.html`, { headers: { accept: 'text/html' } });
  const policy = answer.headers.get('content-security-policy')!;
  for (const directive of [
    'sandbox allow-scripts',
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ])
    expect(policy).toContain(directive);
  const page = await browser.newPage();
  await page.goto(`${at.url}/frame.html`);
  expect(await page.evaluate(() => self.origin)).toBe('null');
  await page.close();
});

/** A STUN server that counts the packets that it gets. */
async function countingStun(): Promise<{ url: string; packets(): number; close(): void }> {
  let packets = 0;
  const socket = createSocket('udp4', () => {
    packets += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    url: `stun:127.0.0.1:${socket.address().port}`,
    packets: () => packets,
    close: () => socket.close(),
  };
}

/** A script that asks a STUN server for an address, as the first step of a connection of WebRTC. */
const stunScript = (url: string) => `(async () => {
  document.documentElement.dataset.asked = 'yes';
  const connection = new RTCPeerConnection({ iceServers: [{ urls: '${url}' }] });
  connection.createDataChannel('out');
  await connection.setLocalDescription(await connection.createOffer());
})().catch(() => {});`;

it('WebRTC of an output sends nothing, and the browser understands the policies of its frame', async () => {
  const [fromOutput, fromInner, fromPage] = await Promise.all([
    countingStun(),
    countingStun(),
    countingStun(),
  ]);
  const path = 'webrtc.ipynb';
  const html = `<b>shown</b><script>${stunScript(fromOutput.url)}</script>`;
  const cell = code('html', display({ 'text/html': html }));
  const body = { path, notebook: { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 } };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
  const { page, errors } = await openSignedIn(browser, at.url, at.token, {
    path: `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${path}`,
  });
  const root = page.frameLocator('iframe.frame-output').locator('html');
  await expect.poll(() => root.getAttribute('data-asked')).toBe('yes');
  expect(errors).toEqual([]);
  // A document inside of the frame inherits what binds it; the browser may end a page that tries.
  const alone = await browser.newPage();
  await alone.goto(`${at.url}/frame.html`);
  const crash = alone.waitForEvent('crash').catch(() => null);
  await alone
    .evaluate((script) => {
      const frame = document.createElement('iframe');
      frame.srcdoc = `<script>${script}</script>`;
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      return loaded;
    }, stunScript(fromInner.url))
    .catch(() => crash);
  // The same script sends where nothing forbids it: else this test would show nothing.
  const free = await browser.newPage();
  await free.goto(`${at.url}/healthz`);
  await free.evaluate(stunScript(fromPage.url));
  await expect.poll(fromPage.packets).toBeGreaterThan(1);
  expect([fromOutput.packets(), fromInner.packets()]).toEqual([0, 0]);
  for (const server of [fromOutput, fromInner, fromPage]) server.close();
});
