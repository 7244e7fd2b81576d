import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openBrowser } from '../support/browser.js';
import {
  type Bundle,
  chartFrame,
  chartTypes,
  openCharts,
  otherPlotlyFigures,
  outputOf,
  plotlyFigure,
  vegaChart,
  vegaLiteChart,
} from '../support/charts.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { accessibilityFaults, keepScreenshot } from '../support/pages.js';

// The browser compiles the libraries, of several megabytes, for each chart.
vi.setConfig({ testTimeout: 150_000 });

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

const drawn = { timeout: 40_000 };

/** The number of different colours on a canvas. */
const colorsOf = (frame: FrameLocator) =>
  frame.locator('canvas').evaluate((element: any) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, drawn);
const heightOf = (page: Page, cell: number) =>
  outputOf(page, cell)
    .locator('iframe')
    .evaluate((frame) => frame.clientHeight);

const bundles: Bundle[] = [
  { [chartTypes.plotly]: plotlyFigure, 'text/html': '<b>html</b>', 'text/plain': 'plain' },
  { [chartTypes.vegaLite]: vegaLiteChart, 'image/png': 'AAAA', 'text/plain': 'alt.Chart(...)' },
  { [chartTypes.vega]: vegaChart, 'text/plain': 'plain' },
];

it.each(['light', 'dark'] as const)(
  'the charts of a saved notebook are drawn as high as they are, in the %s theme',
  async (colorScheme) => {
    const { page, requests, errors, violations } = await openCharts(at, browser, bundles, { colorScheme });
    await chartFrame(page, 1).locator('.scatterlayer .point').first().waitFor(drawn);
    expect(await chartFrame(page, 1).locator('.barlayer .point').count()).toBe(3);
    for (const cell of [2, 3]) {
      await outputOf(page, cell).scrollIntoViewIfNeeded();
      await expect.poll(() => colorsOf(chartFrame(page, cell))).toBeGreaterThan(5);
    }
    for (const [cell, height] of [
      [1, 320],
      [2, 200],
      [3, 120],
    ] as const) {
      await expect.poll(() => heightOf(page, cell)).toBeGreaterThan(height);
      expect(await heightOf(page, cell)).toBeLessThan(height + 100);
      const frame = outputOf(page, cell).locator('iframe');
      expect(await frame.getAttribute('title')).toBe(`Output of cell ${cell}, part 1`);
    }
    await keepScreenshot(page, `notebook-charts-${colorScheme}`);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(at.url))).toEqual([]);
    expect([errors, violations]).toEqual([[], []]);
  },
);

it('texts of charts are light on a dark page, unless a chart has a ground of its own', async () => {
  const own = { ...plotlyFigure, layout: { height: 320, template: { layout: { paper_bgcolor: 'white' } } } };
  const dark = await openCharts(
    at,
    browser,
    [{ [chartTypes.plotly]: plotlyFigure }, { [chartTypes.plotly]: own }],
    {
      colorScheme: 'dark',
    },
  );
  const colorIn = (cell: number) =>
    chartFrame(dark.page, cell)
      .locator('.xtick text')
      .first()
      .evaluate((text) => (globalThis as any).getComputedStyle(text).fill, drawn);
  expect(await colorIn(1)).toBe('rgb(230, 233, 238)');
  expect(await colorIn(2)).toBe('rgb(68, 68, 68)');
});

it('outputs follow the theme while they are shown: that of the system, and the one that the user chooses', async () => {
  const { page, errors } = await openCharts(
    at,
    browser,
    [
      { [chartTypes.plotly]: plotlyFigure },
      { [chartTypes.vegaLite]: vegaLiteChart },
      { 'text/html': '<b>text</b>' },
    ],
    { colorScheme: 'light' },
  );
  const ofText = (selector: string, property: 'fill' | 'color', cell: number) =>
    chartFrame(page, cell)
      .locator(selector)
      .first()
      .evaluate((text, name) => (globalThis as any).getComputedStyle(text)[name], property, drawn);
  /** Whether a canvas has a pixel of the colour that texts have on a dark page. */
  const hasLightText = () =>
    chartFrame(page, 2)
      .locator('canvas')
      .evaluate((canvas: any) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4)
          if (data[at] === 230 && data[at + 1] === 233 && data[at + 2] === 238 && data[at + 3] === 255)
            return true;
        return false;
      }, drawn);
  const colors = async () => [
    await ofText('.xtick text', 'fill', 1),
    await hasLightText(),
    await ofText('b', 'color', 3),
  ];
  const [light, dark] = [
    ['rgb(68, 68, 68)', false, 'rgb(27, 33, 41)'],
    ['rgb(230, 233, 238)', true, 'rgb(230, 233, 238)'],
  ];
  await chartFrame(page, 1).locator('.scatterlayer .point').first().waitFor(drawn);
  await outputOf(page, 2).scrollIntoViewIfNeeded();
  await expect.poll(() => colorsOf(chartFrame(page, 2))).toBeGreaterThan(5);
  await expect.poll(colors, drawn).toEqual(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(colors, drawn).toEqual(dark);
  await keepScreenshot(page, 'notebook-charts-changed');
  await page.getByRole('button', { name: 'Colours: system' }).click();
  await expect.poll(colors, drawn).toEqual(light);
  await page.getByRole('button', { name: 'Colours: light' }).click();
  await expect.poll(colors, drawn).toEqual(dark);
  expect(errors).toEqual([]);
});

it('figures that need WebGL, and maps of countries, are drawn without the network', async () => {
  const figures = Object.values(otherPlotlyFigures).map((figure) => ({ [chartTypes.plotly]: figure }));
  const { page, requests, errors } = await openCharts(at, browser, figures);
  for (const cell of figures.keys()) {
    await outputOf(page, cell + 1).scrollIntoViewIfNeeded();
    await chartFrame(page, cell + 1)
      .locator('.main-svg')
      .first()
      .waitFor(drawn);
  }
  await chartFrame(page, 4).locator('.choroplethlayer path').first().waitFor(drawn);
  await keepScreenshot(page, 'notebook-figures');
  expect(requests.filter((url) => !url.startsWith(at.url))).toEqual([]);
  expect(errors).toEqual([]);
});

it('a chart that cannot be drawn says why, and its other form is shown', async () => {
  const large = { data: [{ text: 'x'.repeat(10_000_001) }] };
  const { page, requests } = await openCharts(at, browser, [
    { [chartTypes.plotly]: { data: 5 }, 'text/html': '<b>the document</b>' },
    { [chartTypes.vegaLite]: { mark: 'unknown', data: { values: [] } }, 'text/plain': 'the text' },
    { [chartTypes.vega]: [1], 'text/plain': 'the other text' },
    { [chartTypes.plotly]: large, 'text/plain': 'of 11 MB' },
  ]);
  const says = (cell: number, text: string) => outputOf(page, cell).getByText(text).waitFor(drawn);
  await says(1, 'This chart is not drawn. A figure of Plotly is an object whose data is a list of traces.');
  await chartFrame(page, 1).getByText('the document').waitFor();
  await says(2, 'This chart is not drawn. Vega-Lite reports: ');
  await says(2, 'the text');
  await says(3, 'This chart is not drawn. A chart of Vega is an object.');
  await says(4, 'This chart is not drawn. It has 11 MB; charts of up to 10 MB are drawn.');
  await says(4, 'of 11 MB');
  await keepScreenshot(page, 'notebook-charts-not-drawn');
  expect(requests.filter((url) => /plotly/.test(url))).toHaveLength(1);
});

it('the keys lead through a chart and out of it', async () => {
  const { page } = await openCharts(at, browser, bundles);
  await chartFrame(page, 1).locator('.main-svg').first().waitFor(drawn);
  await outputOf(page, 1).focus();
  const isIn = (cell: number) =>
    page.evaluate(
      (index) => document.querySelectorAll('.cell')[index]!.contains(document.activeElement),
      cell - 1,
    );
  expect(await isIn(1)).toBe(true);
  let presses = 0;
  while (!(await isIn(2)) && presses < 30) {
    await page.keyboard.press('Tab');
    presses += 1;
  }
  expect(await isIn(2)).toBe(true);
});

it('the libraries of charts are loaded only where there is a chart', async () => {
  const { page, requests } = await openCharts(at, browser, [{ 'text/html': '<b>no chart</b>' }]);
  await chartFrame(page, 1).getByText('no chart').waitFor();
  expect(requests.filter((url) => /chart|plotly|vega/.test(new URL(url).pathname))).toEqual([]);
});
