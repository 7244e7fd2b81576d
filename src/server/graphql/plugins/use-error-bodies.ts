import type { Plugin } from 'graphql-yoga';
import { withErrorCodes } from '../stream-refusal.js';
import type { YogaContext } from '../yoga-context.js';

/** A Yoga plugin that gives an error to the answers that Yoga leaves empty: 406 and 415. */
export function useErrorBodies(): Plugin<object, YogaContext> {
  return {
    onResponse({ response, serverContext, setResponse, fetchAPI }) {
      if (response.status < 400 || response.body) return;
      const headers = new fetchAPI.Headers(response.headers);
      headers.set('content-type', 'application/json; charset=utf-8');
      const body = withErrorCodes(null, response.status, serverContext.ctx.requestId);
      setResponse(new fetchAPI.Response(body, { status: response.status, headers }));
    },
  };
}
