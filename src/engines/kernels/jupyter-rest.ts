import { type Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { withTimeLimit } from '../events/with-time-limit.js';
import { createJupyterAgent } from './jupyter-agent.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import { RedirectError } from './redirect-error.js';
import { responseTo } from './response-to.js';

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
  /** For the WebSockets to the same server. */
  readonly agent: Agent;
  /** For what must not be sent twice: a connection that was idle may be closing. */
  readonly #onceAgent: Agent;
  readonly #endpoint: JupyterEndpoint;

  constructor(endpoint: JupyterEndpoint) {
    this.#endpoint = endpoint;
    this.agent = createJupyterAgent(endpoint);
    this.#onceAgent = createJupyterAgent(endpoint, { keepAlive: false });
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
    const response = await this.#send(method, path, {
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: withTimeLimit(options.signal, options.timeoutMs),
    });
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      response.destroy();
      throw new RedirectError();
    }
    const text = await readBounded(response, options.maxAnswerBytes ?? defaultMaxAnswerBytes);
    return { status, json: parse(text) };
  }

  /** Sends a request again that a server did not take because it was just closing the idle connection. */
  async #send(method: string, path: string, sent: SentBody): Promise<IncomingMessage> {
    const isRepeatable = method !== 'POST';
    const request = this.#open(method, path, sent, isRepeatable ? this.agent : this.#onceAgent);
    try {
      return await responseTo(request);
    } catch (error) {
      if (!isRepeatable || !request.reusedSocket || sent.signal.aborted) throw error;
      return responseTo(this.#open(method, path, sent, this.#onceAgent));
    }
  }

  #open(method: string, path: string, { body, signal }: SentBody, agent: Agent): ClientRequest {
    const url = new URL(path, this.#endpoint.baseUrl);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method,
      agent,
      signal,
      headers: { authorization: `token ${this.#endpoint.token}`, 'content-type': 'application/json' },
    });
    return request.end(body);
  }
}

interface SentBody {
  body: string | undefined;
  signal: AbortSignal;
}

async function readBounded(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
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
