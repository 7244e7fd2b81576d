import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What a request to a {@link FakeApiServer} had. */
export interface SeenRequest {
  method: string;
  authorization: string | undefined;
}

/** Answers each request with an empty list of Pods. */
export interface FakeApiServer {
  url: string;
  requests: SeenRequest[];
  close(): Promise<void>;
}

/** Opens a {@link FakeApiServer}. It has no TLS. */
export async function openFakeApiServer(): Promise<FakeApiServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(({ method, headers }, response) => {
    requests.push({ method: method!, authorization: headers.authorization });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1' }, items: [] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A credential plugin whose processes can be counted. */
export interface TestPlugin {
  /** What a kubeconfig says about it. */
  exec: { command: string; args: string[]; env: { name: string; value: string }[] };
  /** The ids of all its processes so far. */
  started(): Promise<number[]>;
  /** The ids of those that run. */
  running(): Promise<number[]>;
}

/** Makes a plugin that runs `script`. @param folder where it notes its processes */
export function createPlugin(folder: string, script: string): TestPlugin {
  const file = join(folder, 'processes');
  const started = async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map(Number);
  };
  return {
    exec: {
      command: 'sh',
      args: ['-c', `echo $$ >> "$PROCESSES"; ${script}`],
      env: [{ name: 'PROCESSES', value: file }],
    },
    started,
    running: async () => (await started()).filter(isRunning),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
