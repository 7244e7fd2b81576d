import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const betweenMs = 5;

/** Requests a path again and again on a connection of its own, and reports the maximum wait for an answer. */
export class Beside {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  #maxMs = 0;
  #ended = false;
  #loop: Promise<void> | undefined;

  constructor(port: number, path: string, token?: string) {
    this.#port = port;
    this.#path = path;
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Ends the requests. @returns the maximum wait in milliseconds */
  async stop(): Promise<number> {
    this.#ended = true;
    await this.#loop;
    this.#agent.destroy();
    return this.#maxMs;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      const from = performance.now();
      await this.#request();
      this.#maxMs = Math.max(this.#maxMs, performance.now() - from);
      await sleep(betweenMs);
    }
  }

  #request(): Promise<void> {
    const options = { agent: this.#agent, host: '127.0.0.1', port: this.#port, path: this.#path };
    return new Promise((resolve, reject) => {
      const request = get({ ...options, headers: this.#headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${this.#path}: ${response.statusCode}`));
        response.resume().once('end', resolve);
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        // The gateway closed an idle connection at the moment of the request.
        if (request.reusedSocket && error.code === 'ECONNRESET') resolve(this.#request());
        else reject(error);
      });
    });
  }
}
