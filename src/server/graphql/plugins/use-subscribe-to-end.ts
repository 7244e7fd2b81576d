import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { subscribeToEnd } from '../subscribe-to-end.js';
import type { YogaContext } from '../yoga-context.js';

/** A Yoga plugin that subscribes with {@link subscribeToEnd}, so that a failed stream ends with its error. */
export function useSubscribeToEnd(log: Logger): Plugin {
  return {
    onSubscribe({ setSubscribeFn, context }) {
      const { left } = context as unknown as YogaContext;
      setSubscribeFn(((args: ExecutionArgs) => subscribeToEnd(args, log, left)) as never);
    },
  };
}
