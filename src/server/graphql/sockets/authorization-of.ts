import type { IncomingMessage } from 'node:http';
import { isJsonObject } from '../../../engines/nbformat/json-object.js';

/**
 * The `Authorization` value of a socket: a member `authorization` of the payload of `connection_init`, in upper or lower case, or
 * of its `headers`, as Apollo's clients send it; else the header of the request that opened the socket.
 */
export function authorizationOf(params: unknown, req: IncomingMessage): string | undefined {
  const given = memberOf(params, 'authorization') ?? memberOf(memberOf(params, 'headers'), 'authorization');
  return typeof given === 'string' ? given : req.headers.authorization;
}

function memberOf(value: unknown, name: string): unknown {
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}
