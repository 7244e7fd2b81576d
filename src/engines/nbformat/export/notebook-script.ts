import type { Cell, Notebook } from '../notebook.js';
import { type NotebookLanguage, notebookLanguage } from './notebook-language.js';
import { withoutFinalNewlines } from './without-final-newlines.js';

/**
 * The code of a notebook as a script in the percent format, which editors and Jupytext read: a line `# %%` begins a cell.
 * Markdown and raw cells are comments, and so are the magics of IPython, which are not Python.
 * @see https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
 */
export function notebookScript(notebook: Notebook): string {
  const language = notebookLanguage(notebook);
  return notebook.cells.map((cell) => cellText(cell, language)).join('\n');
}

function cellText({ cell_type: type, source }: Cell, { name, comment }: NotebookLanguage): string {
  const head = `${comment} %%${type === 'code' ? '' : ` [${type}]`}\n`;
  const lines = withoutFinalNewlines(source.replace(/\r\n?/g, '\n')).split('\n');
  const isCommented = type !== 'code' || (name === 'python' && source.trimStart().startsWith('%%'));
  const isMagic = (line: string) => name === 'python' && /^\s*[%!]/.test(line);
  const commented = (line: string) => `${comment}${line === '' ? '' : ' '}${line}`;
  if (source === '') return head;
  return `${head}${lines.map((line) => (isCommented || isMagic(line) ? commented(line) : line)).join('\n')}\n`;
}
