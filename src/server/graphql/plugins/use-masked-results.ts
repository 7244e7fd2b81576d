import type { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { statusOf } from '../../../error-status.js';
import { maskResult } from '../mask-error.js';
import type { YogaContext } from '../yoga-context.js';

/**
 * A Yoga plugin that masks the errors of every single result. The results of a stream are masked one by one by
 * `subscribeToEnd`.
 */
export function useMaskedResults(log: Logger): Plugin<object, YogaContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      const masked = maskResult(result, log, serverContext.ctx.requestId);
      masked.errors?.forEach((error, index) => {
        keepStatus(error, result.errors![index]!);
      });
      setResult(masked);
    },
  };
}

/** Yoga reads the HTTP status of its answer from `extensions.http`, and removes that member before it writes the error. */
function keepStatus(masked: GraphQLError, { extensions: { http } }: GraphQLError): void {
  if (http) masked.extensions.http = http;
  else if (masked.extensions.code === 'unauthenticated')
    masked.extensions.http = { status: statusOf.unauthenticated };
}
