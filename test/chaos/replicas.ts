import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeptGateway } from './kept-gateway.js';
import type { Random } from './random.js';

/** What a gateway answered, or that nothing came. */
export interface Answer {
  /** 0 where no whole answer came: nobody knows whether it was done. */
  status: number;
  body: any;
}

/** The base path of the demo's space. */
const api = '/api/v1.0/engagement/spaces/demo/notebooks';
const requestMs = 30_000;
const pollMs = 50;

/** Two gateways on one database and one data folder, and how their clients reach them. */
export class Replicas {
  readonly gateways: KeptGateway[] = [];
  #token = '';

  readonly #dataDir: string;
  readonly #databaseUrl: string;

  constructor(dataDir: string, databaseUrl: string) {
    this.#dataDir = dataDir;
    this.#databaseUrl = databaseUrl;
  }

  /** Starts one, which creates the demo, and then the other one. */
  async start(): Promise<void> {
    const env = { DATABASE_URL: this.#databaseUrl, DEMO: '1', LOG_LEVEL: 'info' };
    for (let i = 0; i < 2; i++) {
      this.gateways.push(new KeptGateway(this.#dataDir, env, `${this.#dataDir}-gateway-${i}.log`));
      await this.listening();
    }
  }

  /** Waits until all listen. @throws Error after two minutes */
  async listening(): Promise<void> {
    const end = Date.now() + 120_000;
    while (this.gateways.some(({ url }) => url === undefined)) {
      if (Date.now() > end) throw new Error('The gateways did not start.');
      await sleep(pollMs);
    }
    this.#token ||= (await readFile(join(this.#dataDir, 'admin-token'), 'utf8')).trim();
  }

  /** Waits until one of them listens, and not beyond a time. @param end in ms since 1970 */
  async anyListening(end: number): Promise<void> {
    while (this.gateways.every(({ url }) => url === undefined) && Date.now() < end) await sleep(pollMs);
  }

  /** Sends a request to one of them at random, and waits for its head only. @throws when none answers */
  async open(
    random: Random,
    path: string,
    init: { method?: string; body?: object; headers?: Record<string, string>; signal: AbortSignal },
    gateways: readonly KeptGateway[] = this.gateways,
  ): Promise<Response> {
    const url = random.pick(gateways).url;
    if (url === undefined) throw new Error('It does not listen.');
    return fetch(url + (path.startsWith('/graphql') ? path : api + path), {
      method: init.method ?? 'GET',
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        ...init.headers,
      },
      body: init.body && JSON.stringify(init.body),
      signal: init.signal,
    });
  }

  /** Sends a request to one of them at random, once. Never throws. */
  async request(random: Random, method: string, path: string, body?: object): Promise<Answer> {
    try {
      const response = await this.open(random, path, {
        method,
        body,
        signal: AbortSignal.timeout(requestMs),
      });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : null };
    } catch {
      return { status: 0, body: null };
    }
  }

  /** Whether each answers a light request within two seconds. */
  async answering(random: Random): Promise<boolean> {
    const answers = this.gateways.map((gateway) =>
      this.open(random, '/workspaces?size=1', { signal: AbortSignal.timeout(2_000) }, [gateway]).then(
        async (response) => {
          await response.text();
          return response.ok;
        },
        () => false,
      ),
    );
    return (await Promise.all(answers)).every(Boolean);
  }

  /** Ends both for good. */
  async close(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.close()));
  }
}
