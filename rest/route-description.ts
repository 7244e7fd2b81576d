import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { z } from 'zod';
import type { ErrorCode } from '../src/errors.js';
import type { GuardedWrite } from './guard-write.js';
import type { RepeatableOperation } from './idempotency/keyed-request.js';
import type { ResponsePlan } from './response-plan.js';

/** The groups of operations, as the description of the API lists them. */
export type Tag =
  | 'Workspaces'
  | 'Repositories'
  | 'Files'
  | 'Notebooks'
  | 'Kernels'
  | 'Workers'
  | 'Sessions'
  | 'Executions'
  | 'Runs'
  | 'Schedules'
  | 'Events';

/** Everything that the OpenAPI description says of a route: a row of the table without its code. */
export interface RouteDescription {
  /** The name of the operation, for generated clients; it never changes. */
  operationId: string;
  tag: Tag;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/engagement/spaces/:space/notebooks`, with `:name` for parameters. */
  path: string;
  /** What it does, in one sentence. */
  summary: string;
  /** What the summary does not say, in Markdown. */
  description: string;
  /** The token's scope, and the permission, role or ownership that the caller needs. */
  needs: { scope: 'read' | 'write' | 'execute'; permission: string };
  query?: z.ZodType;
  /** Without one, no body is read. */
  body?: z.ZodType;
  /** Whether a request without a body counts as one with `{}`; default false. */
  isBodyOptional?: boolean;
  /** Whether the body is the bytes of a file, of any media type, in place of a JSON `body`; default false. */
  takesBytes?: boolean;
  document: TypedDocumentNode<unknown, never>;
  responds: ResponsePlan;
  /** The codes of its own errors, beside those that every route has. */
  errors: readonly ErrorCode[];
  /**
   * Set where a request may be repeated with an `Idempotency-Key`: the GraphQL field whose authorization decides who gets the
   * stored answer.
   */
  repeats?: RepeatableOperation;
  /** Set where `If-Match` and `If-None-Match` guard the write of a file. */
  guards?: GuardedWrite;
  /**
   * Set on a route that has a successor: the dotted path, in the document's data, of the id of a workspace (or null). The
   * same path below `/workspaces/{workspace_id}` is the successor.
   */
  successor?: string;
}

/** Whether a route writes something that has no entity tag. */
export function writesUntagged({
  method,
  guards,
  responds,
}: Pick<RouteDescription, 'method' | 'guards' | 'responds'>): boolean {
  return method !== 'get' && !guards && responds.kind !== 'replaced';
}
