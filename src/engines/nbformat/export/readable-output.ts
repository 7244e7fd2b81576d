import type { Output } from '../notebook.js';
import { plainText } from '../plain-text.js';

/** An output as a reader sees it. `type` is the media type of an image. */
export type ReadableOutput =
  | { kind: 'text' | 'markdown' | 'html'; text: string; isError?: true }
  | { kind: 'image'; type: string; base64: string };

/** The images that browsers show, the best first. */
const imageTypes = ['image/svg+xml', 'image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

/**
 * The one form of an output that a document shows. What no reader can show without code of the notebook, such as JavaScript
 * and widgets, is its plain text.
 * @param takesHtml whether HTML is preferred to text
 * @returns null for an output without any such form
 */
export function readableOutput(output: Output, takesHtml: boolean): ReadableOutput | null {
  if (output.output_type === 'stream')
    return {
      kind: 'text',
      text: plainText(output.text),
      ...(output.name === 'stderr' ? { isError: true } : {}),
    };
  if (output.output_type === 'error') {
    const lines = output.traceback.length > 0 ? output.traceback : [`${output.ename}: ${output.evalue}`];
    return { kind: 'text', text: plainText(lines.join('\n')), isError: true };
  }
  const { data } = output;
  for (const type of imageTypes) {
    const value = data[type];
    if (typeof value !== 'string') continue;
    const base64 =
      type === 'image/svg+xml' ? Buffer.from(value).toString('base64') : value.replace(/\s+/g, '');
    if (/^[A-Za-z0-9+/]+=*$/.test(base64)) return { kind: 'image', type, base64 };
  }
  const text = (type: string) => (typeof data[type] === 'string' ? data[type] : undefined);
  const html = takesHtml ? text('text/html') : undefined;
  if (html !== undefined) return { kind: 'html', text: html };
  const markdown = text('text/markdown') ?? text('text/latex');
  if (markdown !== undefined) return { kind: 'markdown', text: markdown };
  const shown = text('text/plain');
  return shown === undefined ? null : { kind: 'text', text: plainText(shown) };
}
