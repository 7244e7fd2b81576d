import { memo } from 'react';
import type { Output } from '../model/notebook.js';
import { AnsiText } from './ansi-text.js';
import { ChartOutput } from './chart-output.js';
import { chooseMimeType, textOf } from './choose-mime-type.js';
import { FrameOutput } from './frame-output.js';
import { JsonTree } from './json-tree.js';
import { MarkdownView } from './markdown-view.js';
import { WidgetOutput, widgetType } from './widgets/widget-output.js';

/** One output of a cell. */
export const OutputView = memo(function OutputView({ output, label }: { output: Output; label: string }) {
  switch (output.output_type) {
    case 'stream':
      return <AnsiText text={textOf(output.text)} className={output.name === 'stderr' ? 'stderr' : ''} />;
    case 'error':
      return <AnsiText text={tracebackOf(output)} className="traceback" />;
    default:
      return <Display data={bundleOf(output.data)} metadata={bundleOf(output.metadata)} label={label} />;
  }
});

function tracebackOf({ traceback, ename, evalue }: Output): string {
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  return lines.length > 0 ? lines.join('\n') : `${String(ename)}: ${String(evalue)}`;
}

const bundleOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function Display({
  data,
  metadata,
  label,
  withCharts = true,
}: {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  label: string;
  withCharts?: boolean;
}) {
  if (data[widgetType] !== undefined) {
    const { [widgetType]: view, ...others } = data;
    return (
      <WidgetOutput view={view} title={label}>
        <Display data={others} metadata={metadata} label={label} />
      </WidgetOutput>
    );
  }
  const chosen = chooseMimeType(data, { withCharts });
  if (!chosen) return <p className="hint">An output of the types {Object.keys(data).join(', ') || 'none'}</p>;
  const { type, kind } = chosen;
  switch (kind) {
    case 'chart':
      return (
        <ChartOutput
          title={label}
          type={type}
          value={data[type]}
          fallback={<Display data={data} metadata={metadata} label={label} withCharts={false} />}
        />
      );
    case 'frame':
      return (
        <FrameOutput
          title={label}
          html={type === 'text/html' ? textOf(data[type]) : scriptOf(textOf(data[type]))}
        />
      );
    case 'image':
      return (
        <ImageOutput
          type={type}
          value={data[type]}
          alt={data['text/plain']}
          size={bundleOf(metadata[type])}
        />
      );
    case 'markdown':
      return <MarkdownView text={textOf(data[type])} />;
    case 'latex':
      return <MarkdownView text={textOf(data[type])} isLatex />;
    case 'json':
      return <JsonTree value={data[type]} />;
    default:
      return <AnsiText text={textOf(data[type])} />;
  }
}

/** The end tag of a script must not be in its text. */
const scriptOf = (code: string) => `<script>${code.replaceAll('</script', '<\\/script')}</script>`;

/** An image. A browser runs no scripts and loads nothing else in an image, also in SVG. */
function ImageOutput({
  type,
  value,
  alt,
  size,
}: {
  type: string;
  value: unknown;
  alt: unknown;
  size: Record<string, unknown>;
}) {
  const text = textOf(value);
  const source =
    type === 'image/svg+xml' ? `,${encodeURIComponent(text)}` : `;base64,${text.replace(/\s/g, '')}`;
  const pixels = (member: unknown) =>
    typeof member === 'number' && member > 0 ? Math.min(member, 4_000) : undefined;
  return (
    <img
      className="image-output"
      src={`data:${type}${source}`}
      alt={typeof alt === 'string' ? alt.slice(0, 200) : 'Output'}
      width={pixels(size.width)}
      height={pixels(size.height)}
    />
  );
}
