import type { ExecutionArgs } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ClientDocuments } from '../documents/client-documents.js';

/** A Yoga plugin that parses, validates and checks documents with {@link ClientDocuments}, as the other transports do. */
export function useClientDocuments(documents: ClientDocuments): Plugin {
  const check = ({ args }: { args: ExecutionArgs }) => documents.check(args);
  return {
    // Envelop gives each plugin `params` of its own, so `params.options` would have no effect here.
    onParse: ({ setParseFn }) =>
      setParseFn(((text: string) => {
        try {
          return documents.parse(text);
        } catch (error) {
          throw unreadable(error as Error);
        }
      }) as never),
    onValidate: ({ params, setValidationFn }) =>
      setValidationFn(() => documents.validate(params.documentAST) as never),
    onExecute: check as never,
    onSubscribe: check as never,
  };
}

/** The error of a document that cannot be parsed, marked for its HTTP status. */
function unreadable(error: Error): GraphQLError {
  const extensions = { code: 'GRAPHQL_PARSE_FAILED' };
  if (!(error instanceof GraphQLError))
    return new GraphQLError(error.message, { originalError: error, extensions });
  Object.assign(error.extensions, extensions);
  return error;
}
