import { answerDocument, type DocumentText } from './answer-document.js';
import { knowsEtag } from './etag.js';
import type { FileBodyFragment, VersionBodyFragment } from './generated/operations.js';
import type { Answer, Graph, RouteRequest } from './request.js';
import { type ResponsePlan, valueAt } from './response-plan.js';
import { runStream } from './run-stream.js';
import { type FollowedRun, streamExecution } from './stream-execution.js';

/** The result of a write of a file. */
interface SavedBody {
  file: FileBodyFragment;
  version: VersionBodyFragment | null;
  /** Only of a save. */
  is_merged?: boolean;
}

/** A resource whose entity tag is sent as `ETag`. */
interface Tagged {
  etag: string;
}

/** A page of a list, as a query names it. */
interface Page {
  page: number;
  size: number;
}

/**
 * Answers with a document's data, as the plan of the route says; not for the plans `bytes`, `archive` and
 * `spaceStream`, whose documents are streams.
 * @throws DomainError what {@link streamExecution} throws
 */
export async function answerWith(
  plan: Exclude<ResponsePlan, { kind: 'bytes' | 'archive' | 'spaceStream' }>,
  data: unknown,
  request: RouteRequest,
  graph: Graph,
): Promise<Answer> {
  const { query, headers } = request;
  switch (plan.kind) {
    case 'ok':
      return { status: 200, body: valueAt(data, plan.at) };
    case 'page':
      return pageAnswer(valueAt(data, plan.at) as { items: unknown[]; total: number }, query as Page);
    case 'slice':
      return slicedAnswer(valueAt(data, plan.at) as unknown[], query as Page);
    case 'created': {
      const isNew = plan.isNew === undefined || valueAt(data, plan.isNew);
      return { status: isNew ? 201 : 200, body: valueAt(data, plan.at) };
    }
    case 'file':
    case 'tagged':
      return taggedAnswer(valueAt(data, plan.at) as Tagged, headers);
    case 'replaced': {
      const { etag, ...body } = valueAt(data, plan.at) as Tagged;
      return { status: 200, body, headers: { etag: `"${etag}"` } };
    }
    case 'saved': {
      const saved = valueAt(data, plan.at) as SavedBody;
      const { etag, ...file } = saved.file;
      return {
        status: plan.status,
        body: { ...file, version: saved.version, ...(saved.is_merged ? { is_merged: true } : {}) },
        headers: { etag: `"${etag}"` },
      };
    }
    case 'put': {
      const { file, created } = valueAt(data, plan.at) as { file: { sha: string }; created: boolean };
      return { status: created ? 201 : 200, body: file, headers: { etag: `"${file.sha}"` } };
    }
    case 'document':
      return answerDocument(valueAt(data, plan.at) as DocumentText, headers);
    case 'done':
      return { status: 204 };
    case 'stream':
      return streamExecution(graph, valueAt(data, plan.at) as FollowedRun, request);
    case 'runStream':
      return runStream(graph, valueAt(data, plan.at) as FollowedRun, headers);
  }
}

function pageAnswer(list: { items: unknown[]; total: number }, { page, size }: Page): Answer {
  return { status: 200, body: { ...list, page, size } };
}

function slicedAnswer(items: unknown[], page: Page): Answer {
  const from = (page.page - 1) * page.size;
  return pageAnswer({ items: items.slice(from, from + page.size), total: items.length }, page);
}

/** `If-None-Match` with the tag of the resource gives 304. */
function taggedAnswer({ etag: tag, ...body }: Tagged, headers: Headers): Answer {
  const etag = `"${tag}"`;
  if (knowsEtag(headers, etag)) return { status: 304, headers: { etag } };
  return { status: 200, body, headers: { etag } };
}
