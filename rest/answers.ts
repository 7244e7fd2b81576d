import { followAnswer } from './follow.js';
import type { FileBodyFragment, VersionBodyFragment } from './generated/operations.js';
import { at, type Responds } from './responds.js';
import type { Answer, Graph, RouteRequest } from './route.js';

/** A page of a list, as queries ask for it. */
interface Page {
  page: number;
  size: number;
}

/**
 * Makes the answer that {@link Responds} describes from a document's data.
 * @throws DomainError `invalid_request` for a bad `Last-Event-ID` of a stream
 */
export async function answerWith(
  responds: Responds,
  data: unknown,
  request: RouteRequest,
  graph: Graph,
): Promise<Answer> {
  const { query, headers } = request;
  switch (responds.kind) {
    case 'ok':
      return { status: 200, body: at(data, responds.at) };
    case 'page':
      return pageAnswer(at(data, responds.at) as { items: unknown[]; total: number }, query as Page);
    case 'slice':
      return slicedAnswer(at(data, responds.at) as unknown[], query as Page);
    case 'created': {
      const isNew = responds.isNew === undefined || at(data, responds.isNew);
      return { status: isNew ? 201 : 200, body: at(data, responds.at) };
    }
    case 'file':
      return fileAnswer(at(data, responds.at) as FileBodyFragment, headers);
    case 'saved': {
      const saved = at(data, responds.at) as { file: FileBodyFragment; version: VersionBodyFragment | null };
      return {
        status: responds.status,
        body: { ...saved.file, version: saved.version },
        headers: { etag: etagOf(saved.file) },
      };
    }
    case 'done':
      return { status: 204 };
    case 'stream':
      return followAnswer(graph, at(data, responds.at) as string, request);
  }
}

function pageAnswer({ items, total }: { items: unknown[]; total: number }, { page, size }: Page): Answer {
  return { status: 200, body: { items, total, page, size } };
}

function slicedAnswer(items: unknown[], page: Page): Answer {
  const from = (page.page - 1) * page.size;
  return pageAnswer({ items: items.slice(from, from + page.size), total: items.length }, page);
}

/** `ETag` is the blob's sha; `If-None-Match` with it gives 304 (RFC 9110, section 13.1.2). */
function fileAnswer(file: FileBodyFragment, headers: Headers): Answer {
  const etag = etagOf(file);
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers: { etag } };
  return { status: 200, body: file, headers: { etag } };
}

function etagOf(file: FileBodyFragment): string {
  return `"${file.sha}"`;
}
