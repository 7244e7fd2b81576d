import { createReadStream } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { responseTo } from '../../../engines/kernels/response-to.js';
import type { PackageArchive } from '../environments/install-archive.js';

const retryMs = 200;
/** How long a connection may be silent, and how long it may take to open. */
const silenceMs = 60_000;
const connectMs = 2_000;
/** How long the program in the Pod may take to listen, and the network to let the gateway through. */
const maxReachMs = 30_000;

/**
 * Reads the archive that a Pod offers.
 * @throws Error when it is not reached within 30 s, or not the whole archive arrives; what `signal` was aborted with
 */
export async function fetchArchive(
  from: JupyterEndpoint,
  keep: (archive: IncomingMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const archive = await untilReached(signal, () => {
    const asking = openRequest(from, 'GET', signal);
    asking.end();
    return answerOf(asking);
  });
  await keep(archive);
}

/**
 * Sends an archive to a Pod, and waits until it is unpacked.
 * @throws Error when the Pod is not reached within 30 s, or does not unpack it; what `signal` was aborted with
 */
export async function sendArchive(
  to: JupyterEndpoint,
  { file, bytes }: PackageArchive,
  signal: AbortSignal,
): Promise<void> {
  const answer = await untilReached(signal, async () => {
    const sending = openRequest(to, 'PUT', signal, { 'content-length': bytes });
    const body = createReadStream(file);
    body.on('error', (error) => sending.destroy(error));
    // Not `pipeline`: it fails when the answer and the end of the connection come before the request's own end.
    body.pipe(sending);
    return answerOf(sending).finally(() => body.destroy());
  });
  answer.resume();
}

function openRequest(
  { baseUrl, token }: JupyterEndpoint,
  method: 'GET' | 'PUT',
  signal: AbortSignal,
  headers: Record<string, string | number> = {},
): ClientRequest {
  const all = { ...headers, authorization: `token ${token}` };
  const sent = request(baseUrl, { method, signal, agent: false, timeout: silenceMs, headers: all });
  const unreached = Object.assign(new Error('The Pod is not reached.'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => sent.destroy(unreached), connectMs);
  sent.on('socket', (socket) => socket.once('connect', () => clearTimeout(timer)));
  sent.on('close', () => clearTimeout(timer));
  return sent;
}

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  sent.on('timeout', () => sent.destroy(new Error('The Pod is silent.')));
  const answer = await responseTo(sent);
  const { statusCode = 0 } = answer;
  if (statusCode >= 200 && statusCode < 300) return answer;
  answer.destroy();
  throw new Error(`The Pod answered with the status ${statusCode}.`);
}

/** Tries again while nothing listens yet. */
async function untilReached<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + maxReachMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!isRefused(error) || performance.now() > deadline) throw error;
      await sleep(retryMs, undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }
}

function isRefused(error: unknown): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
