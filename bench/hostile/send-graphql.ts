import type { HostileTarget } from './hostile-input.js';

/** Sends the parameters of a GraphQL request, and reads the answer. @returns its status and length, and its error's code */
export async function sendGraphQL(
  { port, token }: HostileTarget,
  params: object | string,
  path = '/graphql',
): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: path === '/graphql' ? 'application/graphql-response+json' : 'text/event-stream',
    },
    body: typeof params === 'string' ? params : JSON.stringify(params),
  });
  const text = await response.text();
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'ok';
  return `${response.status} ${code}, ${(text.length / 1024).toFixed(0)} KiB`;
}
