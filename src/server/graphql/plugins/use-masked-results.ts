import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
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
      setResult(maskResult(result, log, serverContext.ctx.requestId));
    },
  };
}
