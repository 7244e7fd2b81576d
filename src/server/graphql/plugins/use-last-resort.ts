import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { maskError } from '../mask-error.js';
import type { YogaContext } from '../yoga-context.js';

/**
 * A Yoga plugin that masks what no other part of Yoga handles, e.g. a failure of the page for browsers. Yoga answers such
 * an error with its stack.
 */
export function useLastResort(log: Logger): Plugin<object, Partial<YogaContext>> {
  return {
    instrumentation: {
      async request(_request, handle) {
        try {
          await handle();
        } catch (error) {
          throw new MaskedFailure(JSON.stringify({ errors: [maskError(error, log)] }));
        }
      },
    },
  };
}

/** An error whose stack, which Yoga sends, is the answer for the client. */
class MaskedFailure extends Error {
  readonly status = 500;

  constructor(answer: string) {
    super(answer);
    this.stack = answer;
  }
}
