import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../errors.js';
import type { Transport } from '../../metrics/gateway-metrics.js';

/** What is known of a request when it ends: for its line in the log, and for the metrics. */
export interface RequestRecord {
  transport: Transport;
  /** What was asked for, from a closed list: an `operationId` of REST, a field of the schema, `git-upload-pack`. */
  operation: string;
  /** The name that a GraphQL client gave its operation, of at most 100 characters. */
  operationName?: string;
  /** The id of the caller, once authenticated. */
  userId?: string;
  /** The code of the error that was answered first. */
  code?: ErrorCode;
}

const maxNameLength = 100;
const records = new WeakMap<IncomingMessage, RequestRecord>();

/** Begins the record of a request. */
export function beginRecord(req: IncomingMessage, record: RequestRecord): RequestRecord {
  records.set(req, record);
  return record;
}

/**
 * Adds what was found out about a request; undefined members change nothing. An error code is kept once there is one. Does
 * nothing where no record was begun.
 */
export function addToRecord(req: IncomingMessage, found: Partial<RequestRecord>): void {
  const record = records.get(req);
  if (!record) return;
  if (found.operation !== undefined) record.operation = found.operation;
  if (found.operationName !== undefined) record.operationName = found.operationName.slice(0, maxNameLength);
  if (found.userId !== undefined) record.userId = found.userId;
  record.code ??= found.code;
}
