import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { errorAnswer } from '../../../rest/error-response.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { DomainError } from '../../errors.js';
import { refusalOf } from '../../refusal.js';
import { maskError } from '../graphql/mask-error.js';
import { addToRecord } from './request-record.js';

/** The last resort of every transport: answers what nothing else has answered, without its details. */
export function refuseRequest(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  log: Logger,
  requestId: string,
): void {
  addToRecord(req, { code: refusalOf(error).code });
  if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'a request failed');
  if (res.headersSent || res.destroyed) return void res.destroy();
  const { status, headers, body } = errorAnswer(error, requestId);
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Refuses a request of a Git client, which shows the text to its user. */
export function refuseGit(req: IncomingMessage, res: ServerResponse, error: DomainError): void {
  addToRecord(req, { code: error.code });
  const { status, message, headers } = refusalOf(error);
  res.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

/** Answers a GraphQL request that failed before it was executed. */
export function refuseGraphQL(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  log: Logger,
  requestId: string,
): void {
  const masked = maskError(error, log, requestId);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { code, status, headers } = refusalOf(withDatabaseErrors(error));
  addToRecord(req, { code });
  res.writeHead(status, { ...headers, 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [masked] }));
}
