import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { demo } from '../prisma/seed.js';
import { benchPython, openBenchGateway } from './bench-gateway.js';
import { median, type Row } from './stats.js';

const warmups = 60;
const runs = 60;
const code = "print('hello')";

/**
 * Measures the time from sending `print('hello')` to its first output: through the REST API, through a `ws` client of an
 * unmodified jupyter_server with default settings, and through ZeroMQ without a server.
 */
export async function benchFirstOutput(): Promise<Row[]> {
  const python = (await benchPython()).python;
  const rest = await restClient();
  const stock = await stockClient(python);
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    for (let i = 0; i < warmups + runs; i++) {
      const a = await rest.run();
      const b = await stock.run();
      if (i < warmups) continue;
      ours.push(a);
      theirs.push(b);
    }
  } finally {
    await rest.close();
    await stock.close();
  }
  const zmq = await overZeroMq(python);
  const what = 'first output of a cell through REST';
  return [
    {
      what,
      ours: median(ours),
      baseline: 'plain ws client, stock jupyter_server',
      theirs: median(theirs),
      goal: 0.5,
    },
    { what, ours: median(ours), baseline: 'ZeroMQ, no server', theirs: zmq },
  ];
}

async function restClient() {
  const gateway = await openBenchGateway();
  const agent = new Agent({ keepAlive: true });
  const base = '/api/v1.0/engagement/spaces/demo/notebooks';
  const post = (path: string, body: object, onData: (text: string) => void) =>
    new Promise<void>((resolve, reject) => {
      const sent = request(
        {
          agent,
          port: gateway.port,
          host: '127.0.0.1',
          method: 'POST',
          path: base + path,
          headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.setEncoding('utf8').on('data', onData).on('end', resolve).on('error', reject);
        },
      );
      sent.on('error', reject).end(JSON.stringify(body));
    });
  let opened = '';
  await post('/sessions', { workspace_id: demo.workspaceId, path: demo.notebookPath }, (text) => {
    opened += text;
  });
  const { id } = JSON.parse(opened);
  return {
    async run() {
      const from = performance.now();
      let first = 0;
      await post(`/sessions/${id}/execute/stream`, { code }, (text) => {
        if (!first && text.includes('"type":"stream"')) first = performance.now() - from;
      });
      return first;
    },
    async close() {
      agent.destroy();
      await gateway.close();
    },
  };
}

async function stockClient(python: string) {
  const root = await mkdtemp(join(tmpdir(), 'stock-'));
  const port = await freePort();
  const token = randomUUID();
  const server = spawn(
    python,
    ['-m', 'jupyter_server', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
    { cwd: root, env: { ...process.env, JUPYTER_TOKEN: token, JUPYTER_CONFIG_DIR: root }, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `token ${token}` };
  for (let i = 0; ; i++) {
    const up = await fetch(`${url}/api/status`, { headers }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) break;
    if (i > 300) throw new Error('the stock jupyter_server did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const response = await fetch(`${url}/api/kernels`, { method: 'POST', headers, body: '{"name":"python3"}' });
  const kernel = (await response.json()) as { id: string };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/kernels/${kernel.id}/channels`, { headers });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const session = randomUUID();
  return {
    run: () =>
      new Promise<number>((resolve) => {
        const from = performance.now();
        const id = randomUUID();
        let first = 0;
        const onMessage = (data: WebSocket.RawData) => {
          const message = JSON.parse(data.toString());
          if (message.parent_header?.msg_id !== id) return;
          if (message.msg_type === 'stream' && !first) first = performance.now() - from;
          if (message.msg_type === 'status' && message.content.execution_state === 'idle') {
            socket.off('message', onMessage);
            resolve(first);
          }
        };
        socket.on('message', onMessage);
        socket.send(
          JSON.stringify({
            channel: 'shell',
            header: {
              msg_id: id,
              msg_type: 'execute_request',
              session,
              username: '',
              version: '5.3',
              date: '',
            },
            parent_header: {},
            metadata: {},
            content: { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
          }),
        );
      }),
    async close() {
      socket.terminate();
      server.kill('SIGTERM');
      await new Promise((resolve) => server.once('exit', resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}

const zeroMqScript = `
import statistics, sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name='python3')
times = []
for i in range(${warmups + runs}):
    start = time.perf_counter()
    sent = client.execute(${JSON.stringify(code)})
    first = None
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message['parent_header'].get('msg_id') != sent:
            continue
        if message['msg_type'] == 'stream' and first is None:
            first = time.perf_counter() - start
        if message['msg_type'] == 'status' and message['content']['execution_state'] == 'idle':
            break
    client.get_shell_msg(timeout=30)
    times.append(first * 1000)
client.stop_channels()
manager.shutdown_kernel(now=True)
print(statistics.median(times[${warmups}:]))
`;

async function overZeroMq(python: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'zmq-'));
  try {
    await writeFile(join(folder, 'run.py'), zeroMqScript);
    const child = spawn(python, [join(folder, 'run.py')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await new Promise((resolve) => child.once('exit', resolve));
    return Number(printed.trim().split('\n').at(-1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
