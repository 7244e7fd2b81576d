import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { CellRunner } from './cell-run.js';

const maxStartMs = 60_000;
const pollMs = 100;
/** A kernel does not answer what comes before it listens. */
const askAgainMs = 250;

/** A kernel of a {@link StockServer}, with a plain WebSocket to it. */
export interface StockKernel {
  run: CellRunner;
  close(): Promise<void>;
}

/** An unmodified jupyter_server with default settings. */
export class StockServer {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly close: () => Promise<void>;

  private constructor(port: number, token: string, close: () => Promise<void>) {
    this.#url = `127.0.0.1:${port}`;
    this.#headers = { authorization: `token ${token}` };
    this.close = close;
  }

  static async open(python: string): Promise<StockServer> {
    const root = await mkdtemp(join(tmpdir(), 'stock-'));
    const [port, token] = [await freePort(), randomUUID()];
    const child = spawn(
      python,
      ['-m', 'jupyter_server', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
      { cwd: root, env: { ...process.env, JUPYTER_TOKEN: token, JUPYTER_CONFIG_DIR: root }, stdio: 'ignore' },
    );
    const server = new StockServer(port, token, async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(root, { recursive: true, force: true });
    });
    const end = performance.now() + maxStartMs;
    while (!(await server.#answers())) {
      if (performance.now() > end) throw new Error('The stock jupyter_server did not start.');
      await sleep(pollMs);
    }
    return server;
  }

  /** Starts a kernel, and waits until it has answered. */
  async startKernel(): Promise<StockKernel> {
    const headers = this.#headers;
    const api = `http://${this.#url}/api/kernels`;
    const response = await fetch(api, { method: 'POST', headers, body: '{"name":"python3"}' });
    const { id } = (await response.json()) as { id: string };
    const socket = new WebSocket(`ws://${this.#url}/api/kernels/${id}/channels`, { headers });
    await once(socket, 'open');
    const kernel = new SocketKernel(socket);
    await kernel.untilAnswers();
    return {
      run: (code) => kernel.run(code),
      async close() {
        socket.terminate();
        await fetch(`${api}/${id}`, { method: 'DELETE', headers });
      },
    };
  }

  #answers(): Promise<boolean> {
    const asked = fetch(`http://${this.#url}/api/status`, { headers: this.#headers });
    return asked.then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

class SocketKernel {
  readonly #socket: WebSocket;
  readonly #session = randomUUID();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  async untilAnswers(): Promise<void> {
    const timer = setInterval(() => this.#send('kernel_info_request', {}), askAgainMs);
    try {
      this.#send('kernel_info_request', {});
      let type: unknown;
      while (type !== 'kernel_info_reply')
        type = JSON.parse(String((await once(this.#socket, 'message'))[0])).msg_type;
    } finally {
      clearInterval(timer);
    }
  }

  run(code: string) {
    return new Promise<Awaited<ReturnType<CellRunner>>>((resolve) => {
      const from = performance.now();
      const texts: string[] = [];
      let firstMs = 0;
      const onMessage = (data: WebSocket.RawData) => {
        const message = JSON.parse(data.toString());
        if (message.parent_header?.msg_id !== id) return;
        if (message.msg_type === 'stream') {
          firstMs ||= performance.now() - from;
          texts.push(message.content.text);
        }
        if (message.msg_type !== 'status' || message.content.execution_state !== 'idle') return;
        this.#socket.off('message', onMessage);
        resolve({ firstMs, totalMs: performance.now() - from, text: texts.join('') });
      };
      this.#socket.on('message', onMessage);
      const content = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
      const id = this.#send('execute_request', { code, ...content });
    });
  }

  #send(type: string, content: object): string {
    const id = randomUUID();
    const header = { msg_id: id, msg_type: type, session: this.#session };
    const message = { header: { ...header, username: '', version: '5.3', date: '' }, content };
    this.#socket.send(JSON.stringify({ channel: 'shell', parent_header: {}, metadata: {}, ...message }));
    return id;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
