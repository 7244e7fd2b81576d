import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** What a thread requests. */
export interface BesideRequest {
  port: number;
  path: string;
  headers: Record<string, string>;
}

const betweenMs = 5;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const { port, path, headers } = workerData as BesideRequest;
let maxMs = 0;
let isEnded = false;

function request(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = get({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.resume().once('end', resolve);
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      // The gateway closed an idle connection at the moment of the request.
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(request());
      else reject(error);
    });
  });
}

parentPort!.once('message', () => {
  isEnded = true;
});
while (!isEnded) {
  const from = performance.now();
  await request();
  maxMs = Math.max(maxMs, performance.now() - from);
  await sleep(betweenMs);
}
agent.destroy();
parentPort!.postMessage(maxMs);
parentPort!.close();
