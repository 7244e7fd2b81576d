import type { Browser, BrowserContextOptions, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { WatchedPage } from './browser.js';
import type { TestGateway } from './gateway.js';
import { openSignedIn } from './pages.js';

/** What an output has, by MIME type. */
export type Bundle = Record<string, unknown>;

let notebooks = 0;

/** Saves a notebook, each of whose cells has one output, and opens it. */
export async function openCharts(
  at: TestGateway,
  browser: Browser,
  bundles: readonly Bundle[],
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const path = `charts/${++notebooks}.ipynb`;
  const cells = bundles.map((data, index) => ({
    ...{ id: `cell-${index}`, cell_type: 'code', source: '', metadata: {}, execution_count: null },
    outputs: [{ output_type: 'display_data', data, metadata: {} }],
  }));
  const body = { path, notebook: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 } };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).status).toBe(201);
  return openSignedIn(browser, at.url, at.token, {
    path: `/spaces/demo/workspaces/${demo.workspaceId}/notebook?path=${path}`,
    ...options,
  });
}

/** The outputs of a cell, counted from 1. */
export const outputOf = (page: Page, cell: number): Locator =>
  page.getByRole('region', { name: `Output of cell ${cell}`, exact: true });

/** The document of the first frame among the outputs of a cell. */
export const chartFrame = (page: Page, cell: number): FrameLocator =>
  outputOf(page, cell).frameLocator('iframe');

/** The MIME types of charts. */
export const chartTypes = {
  plotly: 'application/vnd.plotly.v1+json',
  vega: 'application/vnd.vega.v5+json',
  vegaLite: 'application/vnd.vegalite.v5+json',
};

/** A figure as plotly.express makes it: with points enough for WebGL, arrays in base64 and a template. */
export const plotlyFigure = {
  data: [
    { type: 'scatter', mode: 'lines+markers', name: 'first', x: [1, 2, 3], y: [2, 1, 3] },
    { type: 'bar', name: 'second', x: [1, 2, 3], y: { dtype: 'i1', bdata: 'AQID' } },
  ],
  layout: { title: { text: 'A figure' }, height: 320, xaxis: { title: { text: 'Step' } } },
  config: { plotlyServerURL: 'https://plot.ly' },
};

/** A chart as Altair makes it, with an expression and a selection. */
export const vegaLiteChart = {
  $schema: 'https://vega.github.io/schema/vega-lite/v5.20.1.json',
  config: { view: { continuousWidth: 300, continuousHeight: 200 } },
  data: { name: 'data-1' },
  datasets: { 'data-1': [1, 2, 3, 4].map((step) => ({ step, size: (step * 7) % 5 })) },
  transform: [{ calculate: 'datum.size * 2 + 1', as: 'double' }],
  params: [{ name: 'zoom', select: { type: 'interval', encodings: ['x', 'y'] }, bind: 'scales' }],
  mark: { type: 'point', tooltip: true, filled: true, size: 100 },
  encoding: {
    x: { field: 'step', type: 'quantitative' },
    y: { field: 'double', type: 'quantitative' },
    color: { field: 'size', type: 'nominal' },
  },
};

/** A chart of Vega itself. */
export const vegaChart = {
  $schema: 'https://vega.github.io/schema/vega/v5.json',
  ...{ width: 200, height: 120, padding: 5 },
  data: [{ name: 'table', values: [1, 2, 3].map((size) => ({ size, label: `L${size}` })) }],
  scales: [
    { name: 'x', type: 'band', domain: { data: 'table', field: 'label' }, range: 'width', padding: 0.1 },
    { name: 'y', domain: { data: 'table', field: 'size' }, range: 'height', zero: true },
  ],
  axes: [
    { orient: 'bottom', scale: 'x' },
    { orient: 'left', scale: 'y' },
  ],
  marks: [
    {
      type: 'rect',
      from: { data: 'table' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'label' },
          width: { scale: 'x', band: 1 },
          y: { scale: 'y', signal: 'datum.size' },
          y2: { scale: 'y', value: 0 },
        },
      },
    },
  ],
};

const maxPoints = 2_000;
/** More figures of Plotly: those that need WebGL, and maps. */
export const otherPlotlyFigures = {
  points: {
    data: [
      {
        ...{ type: 'scattergl', mode: 'markers' },
        x: Array.from({ length: maxPoints }, (_, index) => index),
        y: Array.from({ length: maxPoints }, (_, index) => (index * 31) % 97),
      },
    ],
    layout: { height: 300 },
  },
  surface: { data: [{ type: 'surface', z: [[1, 2, 3], [2, 3, 4], [3, 4, 9]] }], layout: { height: 300 } }, // biome-ignore format: a grid
  sunburst: {
    data: [{ type: 'sunburst', labels: ['all', 'a', 'b'], parents: ['', 'all', 'all'], values: [3, 1, 2] }],
    layout: { height: 300 },
  },
  countries: {
    data: [{ type: 'choropleth', locations: ['FRA', 'BRA', 'IND'], z: [1, 2, 3] }],
    layout: { height: 300 },
  },
  coordinates: {
    data: [{ type: 'parcoords', dimensions: [{ values: [1, 2, 3] }, { values: [3, 1, 2] }] }],
    layout: { height: 300 },
  },
};
