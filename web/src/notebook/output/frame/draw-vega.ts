import { type Config, type Loader, type LoggerInterface, parse, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { Handler } from 'vega-tooltip';
import { isObject, type JsonObject, objectOf } from './json-object.js';
import { NotDrawable } from './not-drawable.js';
import { noteNotLoaded } from './not-loaded.js';

/**
 * Draws a specification of Vega or Vega-Lite. Its expressions are interpreted, because the policy of the frame forbids `eval`.
 * @returns removes what it left outside of `host`
 * @throws Error with the reason when it cannot be drawn, e.g. because its data is elsewhere
 */
export async function drawVega(
  host: HTMLElement,
  chart: unknown,
  { dark, isLite }: { dark: boolean; isLite: boolean },
): Promise<() => void> {
  if (!isObject(chart)) throw new NotDrawable('A chart of Vega is an object.');
  const faults: Error[] = [];
  const logger = loggerInto(faults);
  const config = dark && !hasGround(chart) ? darkConfig(isLite) : {};
  const spec = isLite
    ? compile(chart as unknown as TopLevelSpec, { config: config as object, logger }).spec
    : (chart as Spec);
  const view = new View(parse(spec, isLite ? {} : config, { ast: true }), {
    ...{ container: host, renderer: 'canvas', hover: true, expr: expressionInterpreter, logger },
    ...{ loader: loaderInto(faults), tooltip: new Handler({ theme: dark ? 'dark' : 'light' }).call },
  });
  try {
    await view.runAsync();
    if (faults[0]) throw faults[0];
  } catch (error) {
    view.finalize();
    throw error;
  }
  return () => view.finalize();
}

/** Keeps errors, which Vega only logs, and none of the warnings. */
function loggerInto(faults: Error[]): LoggerInterface {
  const logger = {
    level: () => logger,
    error: (fault: unknown) => {
      faults.push(fault instanceof Error ? fault : new Error(String(fault)));
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  } as unknown as LoggerInterface;
  return logger;
}

/** Loads nothing, so that the reader sees why; the policy of the frame forbids it as well. */
function loaderInto(faults: Error[]): Loader {
  const refuse = async (address: string) => {
    const fault = new NotDrawable(
      `Its data is at ${address}, and a page loads none from elsewhere. Charts show the data that they contain.`,
    );
    faults.push(fault);
    throw fault;
  };
  return {
    ...{ load: refuse, http: refuse, file: refuse },
    sanitize: async (address, { context }) => {
      if (context === 'image' && /^data:image\//i.test(address)) return { href: address };
      noteNotLoaded(address);
      throw new Error(`Not loaded: ${address}`);
    },
  };
}

/** Whether a chart has a colour behind it, for which its other colours were chosen. */
const hasGround = ({ background, config }: JsonObject): boolean =>
  Boolean(background ?? objectOf(config).background);

/** Light texts and lines on a dark page. */
function darkConfig(isLite: boolean): Config {
  const [text, line] = ['#e6e9ee', '#4a5362'];
  const marks = isLite
    ? { text: { color: text }, rule: { color: text } }
    : { text: { fill: text }, rule: { stroke: text } };
  return {
    ...marks,
    background: 'transparent',
    title: { color: text, subtitleColor: text },
    style: {
      'guide-label': { fill: text },
      'guide-title': { fill: text },
      'group-title': { fill: text },
      cell: { stroke: line },
    },
    axis: { domainColor: line, gridColor: '#353c48', tickColor: line },
  } as Config;
}
