import { demo } from '../../prisma/seed.js';

/** Where a gateway listens, and as whom requests are sent. */
export interface Caller {
  url: string;
  token: string;
}

/** Sends JSON to a gateway. @param path from the host on */
export function sendJson(
  { url, token }: Caller,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
}

/** {@link sendJson} to the REST API of the space `demo`. @param path below the base path of the space */
export function callDemo(
  caller: Caller,
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
): Promise<Response> {
  const base = `/api/v1.0/engagement/spaces/${demo.slug}/notebooks`;
  return sendJson(caller, method, base + path, body, headers);
}
