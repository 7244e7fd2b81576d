import { Agent, type IncomingMessage, request } from 'node:http';
import { demo } from '../../prisma/seed.js';
import type { openBenchGateway } from '../bench-gateway.js';
import type { CellRun, CellRunner } from './cell-run.js';

const base = '/api/v1.0/engagement/spaces/demo/notebooks';

type BenchGateway = Awaited<ReturnType<typeof openBenchGateway>>;

/** Sends requests to a gateway through REST, as its first user, over connections that stay open. */
export class RestClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #gateway: BenchGateway;

  constructor(gateway: BenchGateway) {
    this.#gateway = gateway;
  }

  /** Sends a request, and returns its answer before the body has arrived. @throws Error when the answer is no success */
  async open(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const { port, token } = this.#gateway;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const options = { agent: this.#agent, port, host: '127.0.0.1', method, path, headers };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(options, resolve).on('error', reject).end(JSON.stringify(body));
    });
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    throw new Error(`${method} ${path}: ${statusCode} ${await textOf(response)}`);
  }

  async json<T = { id: string; worker_id: string }>(method: string, path: string, body?: object): Promise<T> {
    return JSON.parse(await textOf(await this.open(method, base + path, body)));
  }

  async graphql<T>(query: string): Promise<T> {
    const answer = JSON.parse(await textOf(await this.open('POST', '/graphql', { query })));
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  /** Opens a session of the demo's workspace. */
  openSession(path: string): Promise<{ id: string; worker_id: string }> {
    return this.json('POST', '/sessions', { workspace_id: demo.workspaceId, path });
  }

  /** Runs cells of a session through `execute/stream`. */
  runner(sessionId: string): CellRunner {
    return async (code) => {
      const from = performance.now();
      const response = await this.open('POST', `${base}/sessions/${sessionId}/execute/stream`, { code });
      const chunks: Buffer[] = [];
      let firstMs = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        if (!firstMs && chunk.includes('"type":"stream"')) firstMs = performance.now() - from;
        chunks.push(chunk);
      }
      const totalMs = performance.now() - from;
      return { firstMs, totalMs, text: printed(Buffer.concat(chunks).toString()) } satisfies CellRun;
    };
  }

  /** Begins to follow an execution; resolves when the stream has begun. */
  follow(sessionId: string, executionId: string): Promise<IncomingMessage> {
    return this.open('GET', `${base}/sessions/${sessionId}/executions/${executionId}/stream`);
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function printed(stream: string): string {
  const texts: string[] = [];
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const event = JSON.parse(line.slice(6)) as { type?: string; text?: string };
    if (event.type === 'stream') texts.push(event.text ?? '');
  }
  return texts.join('');
}
