import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ClientDocuments } from '../documents/client-documents.js';

/** A Yoga plugin that parses, validates and checks documents with {@link ClientDocuments}, as the other transports do. */
export function useClientDocuments(documents: ClientDocuments): Plugin {
  const check = ({ args }: { args: ExecutionArgs }) => documents.check(args);
  return {
    // Envelop gives each plugin `params` of its own, so `params.options` would have no effect here.
    onParse: ({ setParseFn }) => setParseFn(((text: string) => documents.parse(text)) as never),
    onValidate: ({ params, setValidationFn }) =>
      setValidationFn(() => documents.validate(params.documentAST) as never),
    onExecute: check as never,
    onSubscribe: check as never,
  };
}
