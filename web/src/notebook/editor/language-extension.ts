import { json } from '@codemirror/lang-json';
import { markdown } from '@codemirror/lang-markdown';
import { python } from '@codemirror/lang-python';
import type { Extension } from '@codemirror/state';

/** What an editor is for: a language by name, e.g. `python`; unknown ones are shown as plain text. */
export function languageExtension(language: string): Extension {
  switch (language) {
    case 'python':
    case 'ipython':
      return python();
    case 'markdown':
      return markdown();
    case 'json':
      return json();
    default:
      return [];
  }
}

const byExtension: Record<string, string> = {
  py: 'python',
  md: 'markdown',
  markdown: 'markdown',
  json: 'json',
  geojson: 'json',
};

/** The language of a text file, by the end of its name. */
export function languageOfPath(path: string): string {
  return byExtension[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'text';
}
