import type { KeyedRequest } from './keyed-request.js';

/** An answer as it is stored. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** The first request with a key, while it runs. */
export interface KeyedAttempt {
  /** Stores the answer for those who repeat the request. */
  keep(answer: KeptAnswer): Promise<void>;
  /** Ends the attempt: without a stored answer the key is free again. */
  end(): Promise<void>;
}

/** Where keys and their answers are stored. */
export interface IdempotencyStore<TContext> {
  /**
   * Begins a request, or returns the stored answer of the same one. A property and not a method, so that a store that does
   * not know one of the {@link KeyedRequest.operation}s is a type error.
   * @throws DomainError `idempotency_key_reused`, `idempotency_in_progress`, and what denies the caller the resource
   */
  begin: (
    context: TContext,
    request: KeyedRequest,
  ) => Promise<{ repeat: KeptAnswer } | { attempt: KeyedAttempt }>;
}

/** Headers that belong to one response and are not repeated. */
const ownHeaders = new Set(['date', 'content-length', 'connection']);

/**
 * Answers a request once for each key: `answer` runs for the first, and those that follow get its 2xx again.
 * @param onLost is called with the reason why an answer could not be stored
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
    // The command has run: a client must not get a failure because its answer cannot be stored.
    await begun.attempt.keep(kept).catch(onLost);
    return new Response(body, { status: kept.status, headers });
  } finally {
    await begun.attempt.end().catch(onLost);
  }
}
