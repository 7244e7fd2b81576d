import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { isErrorCode } from '../../../errors.js';
import { addToRecord } from '../../http/request-record.js';
import { operationFields } from '../operation-fields.js';
import type { YogaContext } from '../yoga-context.js';

/** A Yoga plugin that notes the operation of a request and the code of its first error, for the log and the metrics. */
export function useRequestRecord(): Plugin<object, YogaContext> {
  const note = ({ args }: { args: ExecutionArgs }) => {
    const { req } = args.contextValue as { req: IncomingMessage };
    const { document, operationName } = args;
    addToRecord(req, {
      operation: operationFields(document, operationName),
      operationName: getOperationAST(document, operationName)?.name?.value,
    });
  };
  return {
    onExecute: note as never,
    onSubscribe: note as never,
    onResultProcess({ result, serverContext }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      const code = result.errors?.[0]?.extensions.code;
      const { req } = serverContext as unknown as { req: IncomingMessage };
      if (isErrorCode(code)) addToRecord(req, { code });
    },
  };
}
