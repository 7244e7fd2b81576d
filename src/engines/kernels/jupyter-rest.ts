import type { JupyterEndpoint } from './jupyter-endpoint.js';

const defaultMaxAnswerBytes = 4 * 1024 * 1024;

/** An answer of the server: `json` is `undefined` when there is no body or it is not JSON. */
export interface RestAnswer {
  status: number;
  json: unknown;
}

/**
 * A client of Jupyter Server's REST API. It refuses redirects, because they would send the token to another server.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export class JupyterRest {
  readonly #endpoint: JupyterEndpoint;

  constructor(endpoint: JupyterEndpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Sends one request.
   * @param path below the server's base path, without a leading slash
   * @param options.maxAnswerBytes the maximum size of the answer, 4 MiB by default
   * @throws Error of any kind when there is no complete answer within `timeoutMs`
   */
  async request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: { body?: unknown; timeoutMs: number; signal?: AbortSignal; maxAnswerBytes?: number },
  ): Promise<RestAnswer> {
    const { body, signal } = options;
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const response = await fetch(new URL(path, this.#endpoint.baseUrl), {
      method,
      headers: { authorization: `token ${this.#endpoint.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await readBounded(response, options.maxAnswerBytes ?? defaultMaxAnswerBytes);
    return { status: response.status, json: parse(text) };
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('The answer of the Jupyter server is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
