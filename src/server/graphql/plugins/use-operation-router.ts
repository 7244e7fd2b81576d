import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationRouter } from '../operation-router.js';

/** A Yoga plugin that executes queries and mutations with an {@link OperationRouter}. */
export function useOperationRouter(router: OperationRouter): Plugin {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(((args: ExecutionArgs) => router.execute(args)) as never);
    },
  };
}
