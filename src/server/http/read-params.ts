import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../context.js';
import { isJsonObject } from '../../engines/nbformat/json-object.js';
import type { NotebookThreads } from '../../engines/nbformat/threads/notebook-threads.js';
import { FieldError } from '../../errors.js';
import { fileLimits, smallLimits } from '../../validation/json-bounds.js';
import { checkParams } from './check-params.js';
import { parseBody } from './parse-body.js';
import type { ExpectedBody, RequestBodies } from './request-bodies.js';

const mib = 1024 * 1024;
const maxDocumentBytes = 128 * 1024;

/** What reads and parses bodies. */
export interface BodyServices {
  bodies: RequestBodies;
  services: { notebookThreads: Pick<NotebookThreads, 'parseBody'> };
}

/**
 * Reads the parameters of a GraphQL request from its JSON body. Numbers keep their tokens, e.g. `1.0`.
 * @throws DomainError what `RequestBodies.read` and {@link checkParams} throw
 */
export async function readParams(
  { bodies, services }: BodyServices,
  req: IncomingMessage,
  ctx: RequestContext,
): Promise<Record<string, unknown>> {
  const bytes = await bodies.read(req, paramsExpected(ctx));
  const params = await parseBody(services, ctx, bytes, { isTransferred: true });
  if (!isJsonObject(params))
    throw new FieldError('invalid_request', [
      { path: [], message: 'must be an object', type: 'invalid_type' },
    ]);
  checkParams(params);
  return params;
}

/** A body that is a document alone, without variables. */
export function documentExpected({ actor }: RequestContext): ExpectedBody {
  return { userId: actor.userId, maxBytes: mib };
}

/** The level of a variable, which may be a list. */
const lists = { ...fileLimits.lists, depth: 3 };

/** What the texts of a request may have at most; each character may be written as an escape of six bytes. */
const memberStringBytes = { query: 6 * maxDocumentBytes, operationName: 6 * 1024 };

/** The operation is known only when the body is read. What may be large, files and code, needs one of two scopes. */
function paramsExpected({ actor: { userId, scopes } }: RequestContext): ExpectedBody {
  if (scopes.has('write')) return { userId, json: { ...fileLimits, memberStringBytes, lists } };
  const json = { ...smallLimits, memberStringBytes, lists };
  return scopes.has('execute') ? { userId, json } : { userId, json, maxBytes: mib };
}
