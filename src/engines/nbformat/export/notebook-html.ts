import type { Cell, CodeCell, Notebook } from '../notebook.js';
import { type ReadableOutput, readableOutput } from './readable-output.js';
import { escapeHtml, markdownHtml, safeHtml } from './safe-html.js';

/**
 * What a browser may do with an exported notebook: show its own text, styles and images. The document carries it, because a
 * saved file has no headers.
 */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.6rem 0.8rem; margin: 0; font: 0.85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; }
.code { border: 1px solid #8886; border-radius: 4px; background: #8881; margin-top: 1rem; }
.count { color: #888; font: 0.75rem ui-monospace, monospace; }
.error { border-left: 3px solid #c33; }
img { max-width: 100%; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid #8886; padding: 0.2rem 0.6rem; text-align: right; }
`;

/**
 * A notebook as one HTML document without scripts. Nothing in it runs or is loaded: HTML of the notebook is reduced to text,
 * tables and images, an SVG is an image, and a policy in the document forbids the rest.
 * @param title of the document
 */
export function notebookHtml({ cells }: Notebook, title: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${cells.map(cellHtml).join('\n')}
</body>
</html>
`;
}

function cellHtml(cell: Cell): string {
  if (cell.cell_type === 'code') return codeHtml(cell);
  if (cell.cell_type === 'markdown')
    return `<section>${markdownHtml(cell.source, cell.attachments)}</section>`;
  return `<section><pre>${escapeHtml(cell.source)}</pre></section>`;
}

function codeHtml({ source, execution_count: count, outputs }: CodeCell): string {
  const label = typeof count === 'number' ? `<div class="count">[${count}]</div>` : '';
  const shown = outputs.flatMap((output) => readableOutput(output, true) ?? []).map(outputHtml);
  return `<section>${label}<div class="code"><pre>${escapeHtml(source)}</pre></div>${shown.join('')}</section>`;
}

function outputHtml(output: ReadableOutput): string {
  if (output.kind === 'image')
    return `<div><img alt="" src="data:${output.type};base64,${output.base64}"></div>`;
  if (output.kind === 'html') return `<div>${safeHtml(output.text)}</div>`;
  if (output.kind === 'markdown') return `<div>${markdownHtml(output.text)}</div>`;
  return `<pre${output.isError ? ' class="error"' : ''}>${escapeHtml(output.text)}</pre>`;
}
