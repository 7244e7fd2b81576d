import { isJsonObject } from '../json-object.js';
import type { Cell, Notebook, TextCell } from '../notebook.js';
import { notebookLanguage } from './notebook-language.js';
import { type ReadableOutput, readableOutput } from './readable-output.js';
import { withoutFinalNewlines } from './without-final-newlines.js';

/** A notebook as Markdown: text as it is, code and plain outputs in fences, images within the document. */
export function notebookMarkdown(notebook: Notebook): string {
  const { name } = notebookLanguage(notebook);
  const blocks = notebook.cells
    .flatMap((cell) => blocksOf(cell, name))
    .filter((block) => block.trim() !== '');
  return blocks.map((block) => `${withoutFinalNewlines(block)}\n`).join('\n');
}

function blocksOf(cell: Cell, language: string): string[] {
  if (cell.cell_type === 'code') {
    const outputs = cell.outputs.flatMap((output) => readableOutput(output, false) ?? []);
    return [cell.source === '' ? '' : fence(cell.source, language), ...outputs.map(outputBlock)];
  }
  return [cell.cell_type === 'markdown' ? withAttachments(cell) : fence(cell.source, '')];
}

function outputBlock(output: ReadableOutput): string {
  if (output.kind === 'image') return `![](data:${output.type};base64,${output.base64})`;
  return output.kind === 'text' ? fence(output.text, '') : output.text;
}

/** A block that no line of the text ends. */
function fence(text: string, language: string): string {
  let maxRun = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) maxRun = Math.max(maxRun, run.length);
  const mark = '`'.repeat(maxRun + 1);
  return `${mark}${language}\n${withoutFinalNewlines(text)}\n${mark}`;
}

/** The text with its attached images in place of their names. The bound keeps hostile text from being read again and again. */
function withAttachments({ source, attachments = {} }: TextCell): string {
  return source.replace(/\(attachment:([^()\s]{1,1024})\)/g, (reference, name: string) => {
    const uri = attachmentUri(attachments, name);
    return uri === null ? reference : `(${uri})`;
  });
}

/** The `data:` URI of an attached raster image; null where there is none. @param name as a URI has it */
export function attachmentUri(
  attachments: NonNullable<TextCell['attachments']>,
  name: string,
): string | null {
  const decoded = decodedName(name);
  const bundle = [name, decoded]
    .map((key) => (Object.hasOwn(attachments, key) ? attachments[key] : null))
    .find(Boolean);
  if (!isJsonObject(bundle)) return null;
  for (const [type, data] of Object.entries(bundle)) {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(type) || typeof data !== 'string') continue;
    const base64 = data.replace(/\s+/g, '');
    if (/^[A-Za-z0-9+/]+=*$/.test(base64)) return `data:${type};base64,${base64}`;
  }
  return null;
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
