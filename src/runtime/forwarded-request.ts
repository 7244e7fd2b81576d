import type { TokenScope } from '../../prisma/generated/client/client.js';
import type { Actor } from '../context.js';
import { parseJson, stringifyJson } from '../engines/nbformat/json.js';

/** A GraphQL query or mutation, with who asks. */
export interface ForwardedRequest {
  document: string;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  actor: Actor;
  requestId: string;
}

type Written = Omit<ForwardedRequest, 'actor'> & { actor: Omit<Actor, 'scopes'> & { scopes: TokenScope[] } };

/** Writes a request as the text of its row. */
export function encodeRequest({ actor, ...request }: ForwardedRequest): string {
  return stringifyJson({ ...request, actor: { ...actor, scopes: [...actor.scopes] } });
}

/** Reads what {@link encodeRequest} wrote. */
export function decodeRequest(text: string): ForwardedRequest {
  const { actor, ...request } = parseJson(text) as Written;
  return { ...request, actor: { ...actor, scopes: new Set(actor.scopes) } };
}
