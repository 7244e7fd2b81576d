import type { JupyterEndpoint } from './jupyter-endpoint.js';

/** The largest answer that is read unless said otherwise. */
const usualAnswerBytes = 4 * 1024 * 1024;

/** An answer of the server: `json` is `undefined` when there is no body or it is not JSON. */
export interface RestAnswer {
  status: number;
  json: unknown;
}

/** Jupyter Server's REST API. */
export interface JupyterRest {
  /**
   * @param path below the server's base path, without a leading slash
   * @param options.maxAnswerBytes the largest answer that is read, 4 MiB by default
   * @throws Error of any kind when there is no complete answer within `timeoutMs`
   */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: { body?: unknown; timeoutMs: number; signal?: AbortSignal; maxAnswerBytes?: number },
  ): Promise<RestAnswer>;
}

/**
 * Makes a {@link JupyterRest}. Redirects are refused, as they would carry the token elsewhere.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export function createJupyterRest(endpoint: JupyterEndpoint): JupyterRest {
  return {
    async request(method, path, { body, timeoutMs, signal, maxAnswerBytes = usualAnswerBytes }) {
      const limit = AbortSignal.timeout(timeoutMs);
      const response = await fetch(new URL(path, endpoint.baseUrl), {
        method,
        headers: { authorization: `token ${endpoint.token}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const answer = await readBounded(response, maxAnswerBytes);
      try {
        return { status: response.status, json: JSON.parse(answer) };
      } catch {
        return { status: response.status, json: undefined };
      }
    },
  };
}

async function readBounded(response: Response, maxAnswerBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error('The answer of the Jupyter server is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
