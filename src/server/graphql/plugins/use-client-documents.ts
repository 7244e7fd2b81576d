import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionArgs } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { DomainError } from '../../../errors.js';
import { refusalOf } from '../../../refusal.js';
import type { TokenQuotas } from '../../http/token-quotas.js';
import type { ClientDocuments } from '../documents/client-documents.js';

/**
 * A Yoga plugin that parses, validates and checks documents with {@link ClientDocuments}, as the other transports do, and
 * counts the cost of each operation.
 */
export function useClientDocuments(documents: ClientDocuments, quotas: TokenQuotas): Plugin {
  const check = ({ args }: { args: ExecutionArgs }) => {
    const { req, res } = args.contextValue as { req: IncomingMessage; res: ServerResponse };
    const cost = documents.check(args);
    try {
      quotas.chargeCost(req, res, cost);
    } catch (error) {
      throw overQuota(error as DomainError);
    }
  };
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

/** The error of a token over its limit, which has its status whatever media type the client asks for. */
function overQuota(error: DomainError): GraphQLError {
  const { message, status, headers } = refusalOf(error);
  return new GraphQLError(message, { originalError: error, extensions: { http: { status, headers } } });
}
