import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { ChartLibrary } from './frame-messages.js';
import { SandboxedFrame } from './sandboxed-frame.js';

/** A longer chart is not drawn, in characters of its JSON. */
const maxChartChars = 10_000_000;

/** How many charts this page has sent to frames. */
let requests = 0;

const libraryOf = (type: string): ChartLibrary =>
  type.includes('plotly') ? 'plotly' : type.includes('vegalite') ? 'vega-lite' : 'vega';

/**
 * A chart of Plotly, Vega or Vega-Lite, drawn in a frame that has an origin of its own and no network. Where that fails, the
 * reason and another form of the same output.
 *
 * @param type the MIME type
 * @param value what the bundle has for it
 * @param fallback the other form
 */
export function ChartOutput({
  type,
  value,
  title,
  fallback,
}: {
  type: string;
  value: unknown;
  title: string;
  fallback: ReactNode;
}) {
  const json = useMemo(() => JSON.stringify(value) ?? '', [value]);
  const content = useMemo(
    () => ({ type: 'draw' as const, id: ++requests, library: libraryOf(type), json }),
    [type, json],
  );
  const [failure, setFailure] = useState<{ id: unknown; reason: string }>();
  const fail = useCallback((reason: string, id: unknown) => setFailure({ id, reason }), []);
  const failed = failure?.id === content.id ? failure.reason : undefined;
  const reason = json.length > maxChartChars ? reasonOfSize(json.length) : failed;
  if (reason === undefined)
    return <SandboxedFrame src="/chart.html" content={content} title={title} onFailure={fail} />;
  return (
    <>
      <p className="hint">This chart is not drawn. {reason}</p>
      {fallback}
    </>
  );
}

const reasonOfSize = (chars: number) =>
  `It has ${Math.ceil(chars / 1_000_000)} MB; charts of up to ${maxChartChars / 1_000_000} MB are drawn.`;
