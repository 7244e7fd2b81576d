import { type ExecutionArgs, GraphQLError } from 'graphql';
import { type GraphQLParams, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { mapIterator } from '../events/map-iterator.js';
import { parseJson, stringifyJson } from '../nbformat/json.js';
import { plainVariables } from './plain-variables.js';

/**
 * Keeps number tokens (`1.0`, integers over 2^53) in what comes in and in what goes out. A form as the body is answered
 * 415: Yoga would read its variables without the tokens.
 */
export function useNumberTokens(): Plugin {
  const takePlain = ({ args }: { args: ExecutionArgs }) => {
    const { schema, document, operationName, variableValues } = args;
    args.variableValues = plainVariables(schema, document, operationName, variableValues);
  };
  return {
    onRequestParse({ request, setRequestParser }) {
      if (request.method !== 'POST') return;
      const type = request.headers.get('content-type') ?? '';
      if (/^application\/(graphql\+)?json\s*([;,]|$)/i.test(type)) setRequestParser(readParams);
      else if (!/^application\/graphql\s*([;,]|$)/i.test(type)) setRequestParser(undefined as never);
    },
    onExecute: takePlain as never,
    onSubscribe: takePlain as never,
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result)) return;
      setResult(
        isAsyncIterable(result)
          ? mapIterator(result[Symbol.asyncIterator](), withStringify)
          : withStringify(result),
      );
    },
  };
}

/** Yoga writes a result with the function that it brings along. */
function withStringify<T extends object>(result: T): T & { stringify: typeof stringifyJson } {
  return { ...result, stringify: stringifyJson };
}

async function readParams(request: Request): Promise<GraphQLParams> {
  const bytes = await request.arrayBuffer();
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as GraphQLParams;
  } catch {
    throw new GraphQLError('The body is not valid JSON in UTF-8.', {
      extensions: { code: 'invalid_request', http: { status: 400 } },
    });
  }
}
