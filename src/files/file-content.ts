import { encodeNotebook } from '../engines/nbformat/encode-notebook.js';
import { normalizeNotebook } from '../engines/nbformat/normalize-notebook.js';
import { emptyNotebook, type Notebook } from '../engines/nbformat/notebook.js';
import { readNotebook } from '../engines/nbformat/read-notebook.js';
import { DomainError, invalidField } from '../errors.js';
import { type FileKind, fileKind } from '../notebooks/file-kind.js';
import { checkFileKind } from './check-file-kind.js';

/** A file's parsed content. */
export type FileContent = { kind: 'notebook'; notebook: Notebook } | { kind: 'text'; content: string };

/** A file's content as the bytes to store and as a read of these bytes answers it. */
export interface EncodedContent {
  bytes: Uint8Array;
  content: FileContent;
}

/** What a client gives as a file's content; which one is needed follows from the path. */
export interface ContentInput {
  path: string;
  kind?: FileKind | null;
  /** Jupyter notebook JSON, multi-line fields joined or as lists of lines. */
  notebook?: unknown;
  content?: string | null;
}

/**
 * Parses stored bytes.
 * @throws DomainError `unreadable_file` when they are not what the path's extension says
 */
export function parseContent(path: string, bytes: Uint8Array): FileContent {
  if (fileKind(path) === 'notebook') return { kind: 'notebook', notebook: readNotebook(bytes) };
  try {
    return {
      kind: 'text',
      content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch (cause) {
    throw new DomainError('unreadable_file', 'This file is not UTF-8 text; it can be read with git only.', {
      cause,
    });
  }
}

/**
 * Validates a client's content and returns the bytes to store, with the content that {@link parseContent} reads from them. A
 * new notebook without content is an empty one.
 * @throws DomainError `invalid_request`, `invalid_path`, `invalid_notebook`
 */
export function encodeContent(input: ContentInput, options: { isNew: boolean }): EncodedContent {
  const kind = fileKind(input.path);
  if (input.kind) checkFileKind(input.path, input.kind);
  if (kind === 'notebook') {
    if (input.content != null)
      throw invalidField('content', 'is for text files; send "notebook"', 'kind_mismatch');
    if (input.notebook != null) return encodedNotebook(normalizeNotebook(input.notebook));
    if (options.isNew) return encodedNotebook(emptyNotebook());
    throw invalidField('notebook', 'is required', 'missing');
  }
  if (input.notebook != null)
    throw invalidField('notebook', 'is for paths that end in .ipynb', 'kind_mismatch');
  if (input.content == null) throw invalidField('content', 'is required', 'missing');
  if (!input.content.isWellFormed())
    throw invalidField('content', 'must be valid Unicode (no lone surrogates)');
  const { content } = input;
  return { bytes: new TextEncoder().encode(content), content: { kind: 'text', content } };
}

function encodedNotebook(valid: Notebook): EncodedContent {
  const { bytes, notebook } = encodeNotebook(valid);
  return { bytes, content: { kind: 'notebook', notebook } };
}
