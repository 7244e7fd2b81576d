import { createHash } from 'node:crypto';
import type { RequestContext } from '../context.js';
import type { ExportFormat } from '../engines/nbformat/export/export-notebook.js';
import { DomainError } from '../errors.js';
import { authorizeRead } from './authorize-read.js';
import type { FileServices } from './file-services.js';
import { type FileRows, openFileSource } from './file-target.js';
import { locateChecked } from './read-file-state.js';

/** A notebook in another format. */
export interface NotebookExport {
  /** For the download, e.g. `report.html`. */
  fileName: string;
  /** With its character set. */
  mediaType: string;
  content: string;
  /** Bytes of the notebook. */
  size: number;
  /** Changes with everything that the content depends on. */
  etag: string;
}

/** Bytes. */
const maxBytes = 16 * 1024 * 1024;
const mediaTypes: Record<ExportFormat, string> = {
  html: 'text/html; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  script: 'text/plain; charset=utf-8',
};
/** To be counted up when the content for the same notebook changes. */
const version = 1;

/**
 * Exports a notebook at a ref; in a thread, because the text of a notebook can make it long. Needs the scope `read` and
 * `can_view`.
 * @param input.ref a branch, tag or commit sha; default the target's branch
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path` (also for no notebook), `invalid_ref`,
 *   `unreadable_file`, `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function exportNotebook(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  { path, ref, format }: { path: string; ref?: string | null; format: ExportFormat },
): Promise<NotebookExport> {
  await authorizeRead(services, ctx, rows);
  const source = await openFileSource(services, rows);
  const { location, bytes } = await locateChecked(services, source, { path, ref, kind: 'notebook' });
  if (bytes.length > maxBytes)
    throw new DomainError('payload_too_large', 'A notebook may have at most 16 MiB to be exported.');
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.ipynb$/, '') || 'notebook';
  const options = { format, title: name };
  const { text, extension } = await services.notebookThreads.export(ctx.actor.userId, bytes, options);
  const digest = createHash('sha256')
    .update(JSON.stringify([format, name, version]))
    .digest('hex');
  return {
    fileName: `${name}${extension}`,
    mediaType: mediaTypes[format],
    content: text,
    size: bytes.length,
    etag: `${location.sha}.${digest.slice(0, 12)}`,
  };
}
