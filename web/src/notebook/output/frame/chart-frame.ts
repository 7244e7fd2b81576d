import type { ChartLibrary, ChartRequest } from '../frame-messages.js';
import { NotDrawable } from './not-drawable.js';
import { noteNotLoaded } from './not-loaded.js';
import { reportHeight, sendToPage } from './to-page.js';
import './theme.css';
import './chart.css';

// Runs in the frame of a chart. Its policy allows the scripts of this gateway, and nothing of the notebook runs; its origin is
// opaque, so also a fault of a library reaches nothing of the page.

let shown: { json: string; dark: boolean } | undefined;
let waiting: ChartRequest | undefined;
let isDrawing = false;
let clear = () => {};
const names: Record<ChartLibrary, string> = { plotly: 'Plotly', vega: 'Vega', 'vega-lite': 'Vega-Lite' };

/** Draws the newest chart; of those that come meanwhile only the last one counts. */
async function drawNewest(request: ChartRequest): Promise<void> {
  waiting = request;
  if (isDrawing) return;
  isDrawing = true;
  while (waiting) {
    const next: ChartRequest = waiting;
    waiting = undefined;
    await draw(next);
  }
  isDrawing = false;
}

async function draw({ id, library, json, dark }: ChartRequest): Promise<void> {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  // The colours of a drawn chart stay as they are, so it is drawn again for another theme.
  if (json === shown?.json && dark === shown.dark) return;
  shown = { json, dark };
  const host = document.createElement('div');
  host.className = 'chart';
  try {
    clear();
    clear = () => {};
    document.body.replaceChildren(host);
    clear = await drawWith(library, host, JSON.parse(json), dark);
  } catch (error) {
    sendToPage({ type: 'failed', id, reason: reasonOf(error, library) });
  }
}

function reasonOf(error: unknown, library: ChartLibrary): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof NotDrawable ? message : `${names[library]} reports: ${message}`;
}

/** Draws with a library, which is loaded when it is needed. @returns removes what it left outside of `host` */
async function drawWith(library: ChartLibrary, host: HTMLElement, chart: unknown, dark: boolean) {
  if (library === 'plotly') return (await import('./draw-plotly.js')).drawPlotly(host, chart, dark);
  return (await import('./draw-vega.js')).drawVega(host, chart, { dark, isLite: library === 'vega-lite' });
}

addEventListener('message', ({ source, data }: MessageEvent) => {
  if (source === parent && (data as Partial<ChartRequest> | null)?.type === 'draw')
    void drawNewest(data as ChartRequest);
});
addEventListener('securitypolicyviolation', ({ blockedURI }) => noteNotLoaded(blockedURI));
// Texts of Plotly may have links. A frame opens no windows, and must not leave its own page.
addEventListener(
  'click',
  (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const address = link?.getAttribute('href') ?? link?.getAttribute('xlink:href');
    if (!address) return;
    event.preventDefault();
    noteNotLoaded(address);
  },
  true,
);
reportHeight();
sendToPage({ type: 'ready' });
