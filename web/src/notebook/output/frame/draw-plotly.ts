import Plotly from 'plotly.js-strict-dist-min';
import { isObject, type JsonObject, objectOf } from './json-object.js';
import { NotDrawable } from './not-drawable.js';

/** The height of a figure without one, in pixels: Plotly's own default. */
const defaultHeight = '450px';

/** The traces that are drawn on outlines of countries. */
const mapTraces: readonly unknown[] = ['choropleth', 'scattergeo'];

/** The traces that are drawn on tiles, which other sites have. */
const tileTraces = /^(scatter|choropleth|density)map(box)?$/;

/**
 * Draws a figure of Plotly.
 * @param figure `{data, layout, config, frames}`
 * @param dark whether a figure that has no colours of its own gets light ones on a dark ground
 * @returns removes what it left outside of `host`
 * @throws Error with the reason when it cannot be drawn
 */
export async function drawPlotly(host: HTMLElement, figure: unknown, dark: boolean): Promise<() => void> {
  if (!isObject(figure) || !Array.isArray(figure.data) || !figure.data.every(isObject))
    throw new NotDrawable('A figure of Plotly is an object whose data is a list of traces.');
  const { data, frames } = figure;
  if (data.some(({ type }) => tileTraces.test(String(type))))
    throw new NotDrawable('The tiles of its map are elsewhere, and a page loads none.');
  if (data.some(({ type }) => mapTraces.includes(type)))
    (globalThis as { PlotlyGeoAssets?: object }).PlotlyGeoAssets = {
      topojson: (await import('./map-outlines.js')).mapOutlines,
    };
  const layout = { ...objectOf(figure.layout) };
  if (dark) layout.template = darkTemplate(layout);
  if (typeof layout.height !== 'number') host.style.height = defaultHeight;
  const config = configOf(objectOf(figure.config));
  await Plotly.newPlot(host, { data, layout, config, ...(Array.isArray(frames) ? { frames } : {}) });
  return () => Plotly.purge(host);
}

/** What a figure may set. There are no buttons that download or upload it: a frame can do neither. */
const configOf = ({ staticPlot, scrollZoom, displayModeBar }: JsonObject): JsonObject => ({
  ...{ staticPlot, scrollZoom, displayModeBar },
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  modeBarButtonsToRemove: ['toImage', 'sendChartToCloud'],
});

/** The template of a figure, with colours for a dark page unless it has a ground of its own. */
function darkTemplate(layout: JsonObject): unknown {
  const template = objectOf(layout.template);
  const templateLayout = objectOf(template.layout);
  if (layout.paper_bgcolor || templateLayout.paper_bgcolor) return layout.template;
  const line = { gridcolor: '#353c48', zerolinecolor: '#4a5362', linecolor: '#4a5362' };
  const colors = {
    ...{ paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: { color: '#e6e9ee' } },
    ...{ xaxis: line, yaxis: line },
  };
  return { ...template, layout: { ...colors, ...templateLayout } };
}
