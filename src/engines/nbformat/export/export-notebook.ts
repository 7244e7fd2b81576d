import { readNotebook } from '../read-notebook.js';
import { notebookHtml } from './notebook-html.js';
import { notebookLanguage } from './notebook-language.js';
import { notebookMarkdown } from './notebook-markdown.js';
import { notebookScript } from './notebook-script.js';

/** The formats of an exported notebook. */
export type ExportFormat = 'html' | 'markdown' | 'script';

/** A notebook in another format, as a text in UTF-8. */
export interface ExportedNotebook {
  text: string;
  /** The extension of the file, with its dot. */
  extension: string;
}

/**
 * Writes a stored notebook in another format. No code of the notebook runs, neither here nor in the result.
 * @param title for formats that have one
 * @throws DomainError `unreadable_file`
 */
export function exportNotebook(bytes: Uint8Array, format: ExportFormat, title: string): ExportedNotebook {
  const notebook = readNotebook(bytes);
  if (format === 'html') return { text: notebookHtml(notebook, title), extension: '.html' };
  if (format === 'markdown') return { text: notebookMarkdown(notebook), extension: '.md' };
  return { text: notebookScript(notebook), extension: notebookLanguage(notebook).extension };
}
