import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client, OperationResult } from 'urql';
import { type ApiFault, faultOf } from '../../api/api-error.js';
import type { Subscribe } from '../../api/subscriber.js';

/** A request that the API refused, or that it did not answer. */
export class ApiRequestError extends Error {
  readonly fault: ApiFault;

  constructor(fault: ApiFault) {
    super(fault.message);
    this.name = 'ApiRequestError';
    this.fault = fault;
  }
}

/** What the classes of the notebook page use of the API. */
export interface ApiRequests {
  /** Reads from the gateway, never from a cache. @throws ApiRequestError */
  query<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  /** @throws ApiRequestError */
  mutate<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  subscribe: Subscribe;
}

/** The requests of a signed-in user. */
export function apiRequests(client: Client, subscribe: Subscribe): ApiRequests {
  return {
    query: async (document, variables) =>
      dataOf(await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise()),
    mutate: async (document, variables) => dataOf(await client.mutation(document, variables).toPromise()),
    subscribe,
  };
}

function dataOf<Data>({ data, error }: Pick<OperationResult<Data>, 'data' | 'error'>): Data {
  if (error) throw new ApiRequestError(faultOf(error));
  if (!data) throw new ApiRequestError({ message: 'The answer is empty.', code: undefined, extensions: {} });
  return data;
}

/** Whether an error has this code of the API. */
export const hasCode = (error: unknown, code: string) =>
  error instanceof ApiRequestError && error.fault.code === code;

/** Whether the gateway does not find what a field of the document names, e.g. `file`; what is around it was found. */
export const isMissing = (error: unknown, field: string) =>
  hasCode(error, 'not_found') && (error as ApiRequestError).fault.field === field;

/** A sentence for the user about any error. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const firstWaitMs = 500;
const maxWaitMs = 10_000;

/**
 * Does something again until the gateway answers, e.g. while it is started anew.
 * @param isOver whether nobody needs it any more
 * @throws what the gateway answers, and where it is over the last error
 */
export async function untilAnswered<Result>(
  work: () => Promise<Result>,
  isOver: () => boolean,
): Promise<Result> {
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, maxWaitMs)) {
    try {
      return await work();
    } catch (error) {
      const isAnswer = !(error instanceof ApiRequestError) || error.fault.code !== undefined;
      if (isAnswer || isOver()) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
