import type { Plugin } from 'graphql-yoga';
import { guardDocument, maxTokens } from '../document-guard.js';

/** A Yoga plugin that refuses documents which are too large, before they are validated; see {@link guardDocument}. */
export function useDocumentGuard(): Plugin {
  return {
    onParse({ params }) {
      params.options = { ...params.options, maxTokens };
      return ({ result, replaceParseResult }) => {
        if (!result || result instanceof Error) return;
        const refusal = guardDocument(result);
        if (refusal) replaceParseResult(refusal as never);
      };
    },
  };
}
