import { createClient } from 'graphql-sse';
import { ApiError, errorOf } from './api-error.js';
import type { TypedText } from './typed-text.js';

/** Where the gateway is, and who asks. */
export interface ConnectionOptions {
  /** The address of the gateway, e.g. `https://notebooks.example.com`. */
  url: string;
  /** An API token, or a function that returns one for each request. */
  token: string | (() => string | Promise<string>);
  /** Default the `fetch` of the platform. */
  fetch?: typeof fetch;
}

/** Sends operations to one gateway. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #url: string;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#url = options.url.replace(/\/+$/, '');
  }

  /** Runs a query or a mutation. @throws ApiError; the error of `fetch`; the reason of the signal */
  async request<Data, Variables>(
    text: TypedText<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data> {
    const send = this.#options.fetch ?? fetch;
    const response = await send(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { ...(await this.#headers()), 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: text.toString(), variables }),
      signal,
    });
    const answer = await response.json().catch(() => null);
    const error = errorOf(answer);
    if (error) throw error;
    const data = (answer as { data?: Data } | null)?.data;
    if (data) return data;
    // A proxy answers in its own words; what it says below 500 is no failure that passes.
    const message = `The gateway answered with the status ${response.status}.`;
    throw response.status < 500 ? new ApiError(message) : new Error(message);
  }

  /**
   * Opens a subscription. It ends when the gateway ends it, and does not resume itself.
   * @param onConnected called when the gateway has accepted it
   * @throws ApiError; the error of `fetch`; the reason of the signal
   */
  async *subscribe<Data, Variables>(
    text: TypedText<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
    onConnected?: () => void,
  ): AsyncGenerator<Data, void, undefined> {
    signal?.throwIfAborted();
    const client = createClient({
      url: `${this.#url}/graphql/stream`,
      headers: () => this.#headers(),
      retryAttempts: 0,
      fetchFn: this.#options.fetch,
      on: { connected: () => onConnected?.() },
    });
    const abort = () => client.dispose();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const results = client.iterate<Data>({
        query: text.toString(),
        variables: variables as Record<string, unknown>,
      });
      for await (const result of results) {
        const error = errorOf(result);
        if (error) throw error;
        if (result.data) yield result.data;
      }
      signal?.throwIfAborted();
    } catch (error) {
      signal?.throwIfAborted();
      throw await answeredError(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      client.dispose();
    }
  }

  async #headers(): Promise<Record<string, string>> {
    const { token } = this.#options;
    return { authorization: `Bearer ${typeof token === 'string' ? token : await token()}` };
  }
}

/** graphql-sse throws the response of a refusal, which has the reason in its body. */
async function answeredError(error: unknown): Promise<unknown> {
  const { response } = (error ?? {}) as { response?: Response };
  if (!response || typeof response.json !== 'function' || response.status >= 500) return error;
  const answer = await response.json().catch(() => null);
  return errorOf(answer) ?? error;
}
