import { setTimeout as sleep } from 'node:timers/promises';
import { demo } from '../../prisma/seed.js';
import { openBenchGateway } from '../bench-gateway.js';
import type { Row } from '../stats.js';
import { alternateStarts, type Started } from './alternate-starts.js';
import { testVariables } from './test-variables.js';

const pollMs = 5;
const maxReadyMs = 120_000;
/** How long the engine may take to remove what the last measurement left. */
const restMs = 3_000;

/**
 * The start of a worker that the warm pool has, against one of the same profile and class with an empty pool, on Docker:
 * from the request through REST until the worker is `ready`.
 * @throws MissingVariables
 */
export async function benchPoolStarts(): Promise<Row[]> {
  const { TEST_DOCKER_HOST, TEST_WORKER_IMAGE } = testVariables('TEST_DOCKER_HOST', 'TEST_WORKER_IMAGE');
  const gateway = await openBenchGateway({
    WORKER_BACKENDS: 'docker',
    DOCKER_HOST: TEST_DOCKER_HOST,
    WORKER_IMAGE: TEST_WORKER_IMAGE,
    DEMO: '1',
  });
  const client = new PoolClient(gateway);
  try {
    const { ours, theirs } = await alternateStarts(
      { prepare: () => client.setPool(1), start: () => client.start() },
      { prepare: () => client.setPool(0), start: () => client.start() },
    );
    return [
      {
        what: 'POST /workers until `ready`, from the warm pool',
        ...{ ours, theirs },
        baseline: 'the same with an empty pool',
        goal: 0.1,
      },
    ];
  } finally {
    await client.setPool(0);
    await gateway.close();
  }
}

interface Worker {
  id: string;
  status: string;
  error_detail: string | null;
}

/** Starts workers and sets the warm pool, as the first user. */
class PoolClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ port, token }: { port: number; token: string }) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  /** Sets the size of the pool, and waits until it has so many workers. */
  async setPool(size: number): Promise<void> {
    const key = 'kernelProfileId: "python3", resourceClassId: "standard"';
    await this.#graphql(`mutation { setWarmPool(${key}, size: ${size}) { size } }`);
    await until(async () => {
      const { warmPools } = await this.#graphql('{ warmPools { ready starting } }');
      const { ready, starting } = warmPools[0] ?? { ready: 0, starting: 0 };
      return ready === size && starting === 0;
    });
    await sleep(restMs);
  }

  async start(): Promise<Started> {
    const { id } = await this.#rest('POST', '', { workspace_id: demo.workspaceId });
    await until(async () => {
      const { status, error_detail: detail } = await this.#rest('GET', `/${id}`);
      if (detail !== null) throw new Error(detail);
      return status === 'ready';
    });
    return { remove: () => this.#rest('DELETE', `/${id}`) };
  }

  async #graphql(query: string): Promise<{ warmPools: { ready: number; starting: number }[] }> {
    const body = JSON.stringify({ query });
    const response = await fetch(`${this.#url}/graphql`, { method: 'POST', headers: this.#headers, body });
    const { data, errors } = (await response.json()) as {
      data: { warmPools: { ready: number; starting: number }[] };
      errors?: { message: string }[];
    };
    if (errors) throw new Error(errors[0]!.message);
    return data;
  }

  async #rest(method: string, path: string, body?: object): Promise<Worker> {
    const url = `${this.#url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks/workers${path}`;
    const sent = { method, headers: this.#headers, body: body && JSON.stringify(body) };
    const response = await fetch(url, sent);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text && JSON.parse(text);
  }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + maxReadyMs;
  while (!(await check())) {
    if (performance.now() > endsAt) throw new Error('It did not get ready in time.');
    await sleep(pollMs);
  }
}
