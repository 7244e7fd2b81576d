import type { RequestContext } from '../context.js';
import { encodeNotebook } from '../engines/nbformat/encode-notebook.js';
import type { JsonText } from '../engines/nbformat/json-text.js';
import { normalizeNotebook } from '../engines/nbformat/normalize-notebook.js';
import { emptyNotebook, type Notebook } from '../engines/nbformat/notebook.js';
import { PreparedNotebook } from '../engines/nbformat/prepared-notebook.js';
import { DomainError, invalidField } from '../errors.js';
import { type FileKind, fileKind } from '../notebooks/file-kind.js';
import { checkFileKind, kindMismatch } from './check-file-kind.js';
import { type DecodedBytes, decodeBytes } from './decode-bytes.js';
import { decodeText, InvalidUtf8Error } from './decode-text.js';
import { encodeText } from './encode-text.js';
import type { FileServices } from './file-services.js';
import { readNotebookContent } from './read-notebook-content.js';

/** A file's parsed content; the JSON of a large notebook is written already. */
export type FileContent =
  | { kind: 'notebook'; notebook: Notebook | JsonText }
  | { kind: 'text'; content: string };

/** The content of a file that {@link readContent} refuses: none but its bytes. */
export interface UnreadableContent {
  /** A notebook stays one, as its path says. */
  kind: 'notebook' | 'binary';
}

/** The content of a file: the bytes to store, and what {@link readContent} returns for these bytes. */
export interface EncodedContent {
  bytes: Uint8Array;
  content: FileContent;
}

/** The content of a file as a client sends it. The extension of the path decides whether `notebook` or `content` is needed. */
export interface ContentInput {
  path: string;
  /** The kind that the path must have; default any. */
  kind?: FileKind | null;
  /** Jupyter notebook JSON, multi-line fields joined or as lists of lines; or a {@link PreparedNotebook}. */
  notebook?: unknown;
  /** The text of a text file. */
  content?: string | null;
  /** The bytes as base64, in place of the other two. */
  contentBase64?: string | null;
}

/**
 * Parses stored bytes, those of a large notebook in a thread.
 * @throws DomainError `unreadable_file`; for a large notebook also `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function readContent(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  path: string,
  bytes: Uint8Array,
): Promise<FileContent> {
  if (fileKind(path) !== 'notebook') return textContent(bytes);
  return { kind: 'notebook', notebook: await readNotebookContent(services, ctx, bytes) };
}

/** @throws DomainError `unreadable_file` when the bytes are no UTF-8 text */
async function textContent(bytes: Uint8Array): Promise<FileContent> {
  try {
    return { kind: 'text', content: await decodeText(bytes) };
  } catch (cause) {
    if (!(cause instanceof InvalidUtf8Error)) throw cause;
    const message = `This file is not UTF-8 text at byte ${cause.offset}. Its bytes can still be read: raw, or with git.`;
    throw new DomainError('unreadable_file', message, { cause });
  }
}

/** Bytes that are not the content, and a notebook that needs more than one request may use. */
const unreadableCodes = new Set<string>(['unreadable_file', 'payload_too_large']);

/**
 * Parses stored bytes as {@link readContent} does, whatever they are.
 * @throws DomainError `rate_limited`, `overloaded` for a large notebook
 */
export async function readAnyContent(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  path: string,
  bytes: Uint8Array,
): Promise<FileContent | UnreadableContent> {
  try {
    return await readContent(services, ctx, path, bytes);
  } catch (error) {
    if (!(error instanceof DomainError) || !unreadableCodes.has(error.code)) throw error;
    return { kind: fileKind(path) === 'notebook' ? 'notebook' : 'binary' };
  }
}

/**
 * Validates and encodes the content that a client sends.
 * @param options.isNew a new notebook may come without content; it is an empty notebook then
 * @throws DomainError `invalid_request`, `invalid_path`, `invalid_notebook`; for the base64 of a large notebook also
 *   `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function encodeContent(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  input: ContentInput,
  options: { isNew: boolean },
): Promise<EncodedContent> {
  if (input.contentBase64 == null) return encodePlain(input, options);
  const { bytes, notebook } = await decodeInput(services, ctx, input, input.contentBase64);
  return { bytes, content: notebook ? { kind: 'notebook', notebook } : await readableText(bytes) };
}

async function encodePlain(input: ContentInput, options: { isNew: boolean }): Promise<EncodedContent> {
  const kind = fileKind(input.path);
  if (input.kind) checkFileKind(input.path, input.kind);
  if (kind === 'notebook') {
    if (input.content != null) throw kindMismatch('content', 'is for text files; send "notebook"');
    if (input.notebook instanceof PreparedNotebook) return preparedNotebook(input.notebook);
    if (input.notebook != null) return encodedNotebook(normalizeNotebook(input.notebook));
    if (options.isNew) return encodedNotebook(emptyNotebook());
    throw invalidField('notebook', 'is required', 'missing');
  }
  if (input.notebook != null) throw kindMismatch('notebook', 'is for paths that end in .ipynb');
  if (input.content == null) throw invalidField('content', 'is required', 'missing');
  const { content } = input;
  const bytes = await encodeText(content);
  if (!bytes) throw invalidField('content', 'must be valid Unicode (no lone surrogates)');
  return { bytes, content: { kind: 'text', content } };
}

function encodedNotebook(valid: Notebook): EncodedContent {
  const { bytes, notebook } = encodeNotebook(valid);
  return { bytes, content: { kind: 'notebook', notebook } };
}

function preparedNotebook(prepared: PreparedNotebook): EncodedContent {
  const { bytes, answer } = prepared.encoded();
  return { bytes, content: { kind: 'notebook', notebook: answer } };
}

/**
 * The bytes that a client sends for a change whose answer does not show them: any, where they come as base64.
 * @param options as for {@link encodeContent}
 * @throws as {@link encodeContent}
 */
export async function encodeBytes(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  input: ContentInput,
  options: { isNew: boolean } = { isNew: false },
): Promise<Uint8Array> {
  if (input.contentBase64 == null) return (await encodePlain(input, options)).bytes;
  return (await decodeInput(services, ctx, input, input.contentBase64)).bytes;
}

function decodeInput(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  input: ContentInput,
  contentBase64: string,
): Promise<DecodedBytes> {
  if (input.kind) checkFileKind(input.path, input.kind);
  if (input.content != null || input.notebook != null)
    throw invalidField('contentBase64', 'must be sent without content and notebook');
  return decodeBytes(services, ctx, { path: input.path, contentBase64 });
}

async function readableText(bytes: Uint8Array): Promise<FileContent> {
  try {
    return await textContent(bytes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw invalidField(
      'contentBase64',
      'must be UTF-8 text here; use putFile or commitFiles for other bytes',
    );
  }
}
