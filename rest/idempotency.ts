import { type FieldNode, getOperationAST } from 'graphql';
import { DomainError } from '../src/errors.js';
import type { RouteDescription } from './route.js';

/** An answer as it is kept. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** A request that carries a key. */
export interface KeyedRequest {
  key: string;
  method: string;
  /** As it came, from the root. */
  path: string;
  /** The body's bytes; empty where there is none. */
  body: Uint8Array;
  /** The mutation that the request runs, and the parameters of its path with, as `space`, the slug: to authorize it anew. */
  mutation: string;
  params: Record<string, string>;
}

/** The first request with a key, under way. */
export interface KeyedAttempt {
  /** Keeps the answer for those that repeat the request. */
  keep(answer: KeptAnswer): Promise<void>;
  /** Ends the attempt: without a kept answer the key is free again. */
  end(): Promise<void>;
}

/** Where keys and their answers are kept. */
export interface IdempotencyStore<TContext> {
  /**
   * Begins a request, or answers what the same one was answered before.
   * @throws DomainError `idempotency_key_reused`, `idempotency_in_progress`, and what denies the caller the resource
   */
  begin(
    context: TContext,
    request: KeyedRequest,
  ): Promise<{ repeat: KeptAnswer } | { attempt: KeyedAttempt }>;
}

/** Headers that belong to one response and are not repeated. */
const ownHeaders = new Set(['date', 'content-length', 'connection']);

/** The mutation that a route runs. */
export function mutationOf({ document }: Pick<RouteDescription, 'document'>): string {
  const operation = getOperationAST(document);
  const [field] = operation!.selectionSet.selections as FieldNode[];
  return field!.name.value;
}

/** Whether a route honours `Idempotency-Key`: every POST but a run, which has `execution_id`. */
export function takesIdempotencyKey({ method, responds }: RouteDescription): boolean {
  return method === 'post' && responds.kind !== 'stream';
}

/** The key of a request, or null. @throws DomainError `invalid_request` unless it is 1 to 255 visible ASCII characters */
export function idempotencyKey(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key === null || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const msg = 'must be 1 to 255 visible ASCII characters';
  throw new DomainError('invalid_request', `Idempotency-Key: ${msg}`, {
    fields: [{ loc: ['header', 'Idempotency-Key'], msg, type: 'invalid' }],
  });
}

/**
 * Answers a request once for each key: `answer` runs for the first, and its 2xx is repeated to those that follow.
 * @throws what {@link IdempotencyStore.begin} and `answer` throw
 */
export async function answerOnce<TContext>(
  store: IdempotencyStore<TContext>,
  context: TContext,
  request: KeyedRequest,
  answer: () => Promise<Response>,
  onLost: (error: unknown) => void,
): Promise<Response> {
  const begun = await store.begin(context, request);
  if ('repeat' in begun) {
    const { status, headers, body } = begun.repeat;
    return new Response(body, { status, headers });
  }
  try {
    const response = await answer();
    if (!response.ok) return response;
    const body = new Uint8Array(await response.arrayBuffer());
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !ownHeaders.has(name)));
    const kept = { status: response.status, headers, body };
    // The work is done: that it cannot be repeated must not turn it into a failure.
    await begun.attempt.keep(kept).catch(onLost);
    return new Response(body, { status: kept.status, headers });
  } finally {
    await begun.attempt.end().catch(onLost);
  }
}
