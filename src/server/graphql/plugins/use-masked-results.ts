import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { isErrorCode } from '../../../errors.js';
import { asksForEvents } from '../asks-for-events.js';
import { type HttpMember, httpOfError } from '../http-of-error.js';
import { maskResult } from '../mask-error.js';
import type { YogaContext } from '../yoga-context.js';

/**
 * A Yoga plugin that masks the errors of every single result, and gives the answer its HTTP status; see
 * {@link httpOfError}. The results of a stream are masked one by one by `subscribeToEnd`. Where a client asks for events, the
 * result of an operation that was executed is one of them, and the answer has 200: an event source takes any other status for
 * a broken connection.
 */
export function useMaskedResults(log: Logger): Plugin<object, YogaContext> {
  return {
    onResultProcess({ result, setResult, serverContext, request }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      const masked = maskResult(result, log, serverContext.ctx.requestId);
      const hasData = 'data' in result && result.data !== undefined;
      masked.errors?.forEach((error, index) => {
        if (asksForEvents(request) && error.path) return;
        const { code } = error.extensions;
        const { code: fault, http } = result.errors![index]!.extensions;
        // Yoga reads this member, and removes it before it writes the error.
        if (isErrorCode(code))
          error.extensions.http = httpOfError(code, {
            fault,
            given: http as HttpMember | undefined,
            hasData,
          });
      });
      setResult(masked);
    },
  };
}
