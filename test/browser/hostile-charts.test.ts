import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openBrowser } from '../support/browser.js';
import {
  type Bundle,
  chartFrame,
  chartTypes,
  openCharts,
  outputOf,
  plotlyFigure,
} from '../support/charts.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { keepScreenshot } from '../support/pages.js';

// The browser compiles the libraries, of several megabytes, for each chart.
vi.setConfig({ testTimeout: 150_000 });

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
afterEach(async () => {
  expect(hits).toBe(0);
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  elsewhere.close();
  await browser?.close();
  await at?.close();
});

const drawn = { timeout: 40_000 };
const open = (bundles: Bundle[]) => openCharts(at, browser, bundles);

/** A chart of Vega with one mark. */
const vegaMark = (type: string, enter: object) => ({
  ...{ width: 100, height: 60, padding: 0 },
  marks: [{ type, encode: { enter: { x: { value: 0 }, y: { value: 0 }, ...enter } } }],
});
const square = { width: { value: 100 }, height: { value: 60 }, fill: { value: 'teal' } };

it('a chart whose data is elsewhere is not drawn, but its other form, and nothing is requested', async () => {
  const reading = { data: { url: `${site}/data.csv` }, mark: 'bar', encoding: {} };
  const { page, requests } = await open([
    { [chartTypes.vegaLite]: reading, 'text/plain': 'the other form' },
    { [chartTypes.vega]: { ...vegaMark('rect', square), data: [{ name: 'd', url: `${site}/data.json` }] } },
  ]);
  const sentence = `This chart is not drawn. Its data is at ${site}/data.csv, and a page loads none from elsewhere.`;
  await outputOf(page, 1).getByText(sentence).waitFor(drawn);
  await outputOf(page, 1).getByText('the other form').waitFor();
  expect(await outputOf(page, 1).locator('iframe').count()).toBe(0);
  await outputOf(page, 2).getByText(`Its data is at ${site}/data.json`).waitFor(drawn);
  await outputOf(page, 2).locator('.json-tree').waitFor();
  await keepScreenshot(page, 'notebook-charts-refused');
  expect(requests.filter((url) => !url.startsWith(at.url))).toEqual([]);
});

it('images, maps, tooltips and styles of a chart load nothing, and what is elsewhere is named', async () => {
  const text = `<img src="${site}/a" onerror="parent.reached=1"><script>parent.reached=1</script>x`;
  const style = { version: 8, sources: { s: { type: 'raster', tiles: [`${site}/{z}`] } }, layers: [{ id: 'l', type: 'raster', source: 's' }] }; // biome-ignore format: a style
  const { page, requests, blocked } = await open([
    {
      [chartTypes.plotly]: {
        ...plotlyFigure,
        layout: {
          height: 300,
          title: { text },
          font: { family: `x;background:url(${site}/font)` },
          images: [{ source: `${site}/image.png`, x: 0, y: 1, sizex: 1, sizey: 1 }],
        },
        config: { plotlyServerURL: site, topojsonURL: site },
      },
    },
    { [chartTypes.vega]: vegaMark('image', { ...square, url: { value: `${site}/image.png` } }) },
    { [chartTypes.vega]: vegaMark('rect', { ...square, tooltip: { value: { image: `${site}/tip` } } }) },
    { [chartTypes.plotly]: { data: [{ type: 'scattergeo' }], layout: { geo: { scope: 'oceania' } } } },
    {
      [chartTypes.plotly]: { data: [{ type: 'scattermap', lat: [1], lon: [1] }], layout: { map: { style } } },
    },
  ]);
  await chartFrame(page, 1).getByText(`Not loaded, because charts use only what is in the notebook: ${site}/image.png`).waitFor(drawn); // biome-ignore format: one sentence
  await chartFrame(page, 2).getByText(`${site}/image.png`).waitFor(drawn);
  await chartFrame(page, 3).locator('canvas').hover(drawn);
  await chartFrame(page, 3).getByText(`${site}/tip`).waitFor(drawn);
  await outputOf(page, 4).scrollIntoViewIfNeeded();
  await outputOf(page, 4).getByText('This chart is not drawn.').waitFor(drawn);
  await outputOf(page, 5).scrollIntoViewIfNeeded();
  await outputOf(page, 5)
    .getByText('This chart is not drawn. The tiles of its map are elsewhere')
    .waitFor(drawn);
  await keepScreenshot(page, 'notebook-charts-hostile');
  const foreign = requests.filter((url) => !url.startsWith(at.url));
  await expect.poll(() => blocked.toSorted()).toEqual(foreign.toSorted());
  expect(await page.evaluate(() => (globalThis as any).reached)).toBeUndefined();
});

it('links of a chart open no page, and leave the frame as it is', async () => {
  const link = (attributes: string) => `<a href="${site}/link" ${attributes}>follow</a>`;
  const { page } = await open([
    { [chartTypes.vega]: vegaMark('rect', { ...square, href: { value: `${site}/link` } }) },
    ...['target="_self"', 'target="_top"', ''].map((attributes) => ({
      [chartTypes.plotly]: { ...plotlyFigure, layout: { height: 300, title: { text: link(attributes) } } },
    })),
  ]);
  await chartFrame(page, 1).locator('canvas').click(drawn);
  await chartFrame(page, 1).getByText(`${site}/link`).waitFor(drawn);
  for (const cell of [2, 3, 4]) {
    await outputOf(page, cell).scrollIntoViewIfNeeded();
    await chartFrame(page, cell).locator('a', { hasText: 'follow' }).focus(drawn);
    await page.keyboard.press('Enter');
    await chartFrame(page, cell).getByText(`${site}/link`).waitFor(drawn);
    expect(await chartFrame(page, cell).locator('.barlayer').count()).toBe(1);
  }
  expect(browser.contexts().flatMap((context) => context.pages())).toHaveLength(1);
});

it('an expression of Vega runs no script, and the chart says that it cannot be drawn', async () => {
  const update = "toString.constructor('parent.reached=1')()";
  const { page } = await open([
    {
      [chartTypes.vega]: { ...vegaMark('rect', square), signals: [{ name: 's', update }] },
      'text/plain': 'text',
    },
    {
      [chartTypes.vegaLite]: {
        data: { values: [{ a: 1 }] },
        transform: [{ calculate: "datum['constructor']['constructor']('parent.reached=1')()", as: 'b' }],
        mark: 'point',
      },
    },
  ]);
  for (const cell of [1, 2]) await outputOf(page, cell).getByText('This chart is not drawn.').waitFor(drawn);
  await outputOf(page, 1).getByText('text', { exact: true }).waitFor();
  expect(await page.evaluate(() => (globalThis as any).reached)).toBeUndefined();
});

it('a frame of a chart has no origin and no network, whatever runs in it', async () => {
  const { page, violations } = await open([{ [chartTypes.plotly]: plotlyFigure }]);
  await chartFrame(page, 1).locator('.main-svg').first().waitFor(drawn);
  const frame = page.frames().find((one) => one.url().endsWith('/chart.html')) as Frame;
  const reached = await frame.evaluate(async (address) => {
    const scope = globalThis as any;
    const attempts: Record<string, () => unknown> = {
      storage: () => scope.parent.sessionStorage.length,
      document: () => scope.parent.document.title,
      own: () => scope.localStorage.length,
      fetch: () => scope.fetch(`${address}/fetched`, { mode: 'no-cors' }),
      api: () => scope.fetch('/graphql', { mode: 'no-cors' }),
      socket: () =>
        new Promise((resolve, reject) => {
          const socket = new scope.WebSocket(address.replace('http', 'ws'));
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
      pixel: () => {
        const image = new scope.Image();
        image.src = `${address}/pixel`;
        return image.decode();
      },
      code: () => scope.eval('1'),
      window: () => {
        if (!scope.open(`${address}/window`)) throw new Error('blocked');
      },
      top: () => {
        scope.top.location = `${address}/top`;
      },
    };
    const done: string[] = [];
    for (const [name, attempt] of Object.entries(attempts))
      await Promise.resolve()
        .then(attempt)
        .then(
          () => done.push(name),
          () => {},
        );
    scope.navigator.sendBeacon?.(`${address}/beacon`);
    return [scope.origin, ...done];
  }, site);
  expect(reached).toEqual(['null']);
  await frame.evaluate((address) => {
    (globalThis as any).location = `${address}/left`;
  }, site);
  // The policy of the page binds where its frames go.
  await expect.poll(() => violations).toContain(`frame-src ${site}`);
  expect(page.url().startsWith(at.url)).toBe(true);
  await fetch(site);
  expect(hits).toBe(1);
  hits = 0;
});
