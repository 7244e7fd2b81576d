import { isJsonObject } from '../json-object.js';
import type { Notebook } from '../notebook.js';

/** What a script in the language of a notebook needs. */
export interface NotebookLanguage {
  /** In lower case, e.g. `python`; empty where the notebook names none. */
  name: string;
  /** With its dot. */
  extension: string;
  /** What begins a comment that ends with the line. */
  comment: string;
}

const extensions: Readonly<Record<string, string>> = {
  python: '.py',
  r: '.r',
  julia: '.jl',
  javascript: '.js',
  typescript: '.ts',
  bash: '.sh',
  scala: '.scala',
  java: '.java',
  kotlin: '.kt',
  rust: '.rs',
  go: '.go',
  sql: '.sql',
  'c++': '.cpp',
};
const comments: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'javascript',
      'typescript',
      'scala',
      'java',
      'kotlin',
      'rust',
      'go',
      'c++',
      'c',
      'c#',
      'f#',
      'groovy',
    ].map((name) => [name, '//']),
  ),
  ...{ sql: '--', haskell: '--', lua: '--', matlab: '%', clojure: ';' },
};

/** The language that the metadata of a notebook names; the extension is checked, because it becomes part of a file name. */
export function notebookLanguage({ metadata }: Notebook): NotebookLanguage {
  const info = isJsonObject(metadata.language_info) ? metadata.language_info : {};
  const spec = isJsonObject(metadata.kernelspec) ? metadata.kernelspec : {};
  const given = [info.name, spec.language].find((name) => typeof name === 'string' && name !== '');
  const known = String(given ?? '').toLowerCase();
  const name = /^[a-z0-9+#._ -]{1,40}$/.test(known) ? known : '';
  const stored = info.file_extension;
  const extension =
    typeof stored === 'string' && /^\.[a-zA-Z0-9]{1,8}$/.test(stored)
      ? stored
      : Object.hasOwn(extensions, name)
        ? extensions[name]!
        : '.txt';
  return { name, extension, comment: Object.hasOwn(comments, name) ? comments[name]! : '#' };
}
