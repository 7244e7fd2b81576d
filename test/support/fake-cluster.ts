import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig, type V1ContainerState, type V1Pod, type V1PodStatus } from '@kubernetes/client-node';
import { labelsOf, objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';

const namespace = 'notebook-workers';

/** The few requests of a cluster's API with which workers are found again, so that single ones can be slow or fail. */
export class FakeCluster {
  readonly namespace = namespace;
  readonly gatewayId = randomUUID();
  readonly pods = new Map<string, V1Pod>();
  /** What the containers of Pods printed, by the name of the Pod. */
  readonly outputs = new Map<string, string>();
  /** The names of the Pods that it refuses to delete. */
  readonly stuck = new Set<string>();
  /** Comes before each answer with a Secret. */
  beforeSecret: () => Promise<void> = async () => {};
  /** How many of the next requests for a single Pod are refused. */
  failingReads = 0;
  /** How many of the next lists are answered; those that follow hang. */
  listsLeft = Number.POSITIVE_INFINITY;
  readonly #changes: { version: number; type: string; object: V1Pod }[] = [];
  readonly #watches = new Set<ServerResponse>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Begins to answer. */
  static async open(): Promise<FakeCluster> {
    const fake = new FakeCluster();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  /** How to reach it. */
  get config(): KubeConfig {
    const { port } = this.#server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      // The client speaks plain HTTP only then.
      { name: 'fake', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'nobody' },
    );
    return config;
  }

  /** Whether somebody watches its Pods. */
  get isWatched(): boolean {
    return this.#watches.size > 0;
  }

  /** Adds the Pod of a worker; by default its server runs. */
  addWorker(workerId: string, changes: Partial<V1PodStatus> = {}): V1Pod {
    const running: V1ContainerState = { running: { startedAt: new Date() } };
    return this.add(objectNameOf(workerId), labelsOf(workerId, this.gatewayId), {
      phase: 'Running',
      podIP: '127.0.0.9',
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'PodScheduled', status: 'True' },
      ],
      containerStatuses: [{ ...jupyterStatus, ready: true, started: true, state: running }],
      ...changes,
    });
  }

  /** Adds a Pod. */
  add(name: string, labels: Record<string, string>, status: V1PodStatus = {}): V1Pod {
    const pod = { metadata: { name, namespace, uid: randomUUID(), labels }, status } as V1Pod;
    this.pods.set(name, pod);
    this.#change('ADDED', pod);
    return pod;
  }

  /** Removes a Pod, as when its node has ended it. */
  remove(name: string): void {
    const pod = this.pods.get(name)!;
    this.pods.delete(name);
    this.#change('DELETED', pod);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get #version(): number {
    return this.#changes.length + 1;
  }

  #change(type: string, { metadata, ...rest }: V1Pod): void {
    const version = this.#version + 1;
    const object = { ...rest, metadata: { ...metadata, resourceVersion: String(version) } };
    this.#changes.push({ version, type, object });
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://cluster');
    const [, , , , , resource, name, part] = pathname.split('/');
    if (resource === 'secrets') {
      await this.beforeSecret();
      const data = { token: Buffer.from(`token-of-${name}`).toString('base64') };
      send(response, 200, { kind: 'Secret', metadata: { name }, data });
    } else if (resource !== 'pods') notFound(response);
    else if (searchParams.has('watch'))
      this.#openWatch(response, Number(searchParams.get('resourceVersion')));
    else if (!name) this.#list(response);
    else if (part === 'log')
      response.setHeader('content-type', 'text/plain').end(this.outputs.get(name) ?? '');
    else if (request.method === 'DELETE') this.#delete(name, response);
    else this.#read(name, response);
  }

  #list(response: ServerResponse): void {
    this.listsLeft -= 1;
    if (this.listsLeft < 0) return;
    const metadata = { resourceVersion: String(this.#version) };
    send(response, 200, { kind: 'PodList', metadata, items: [...this.pods.values()] });
  }

  #read(name: string, response: ServerResponse): void {
    const pod = this.pods.get(name);
    if (this.failingReads > 0) {
      this.failingReads -= 1;
      refuse(response, 500, 'InternalError', 'etcdserver: request timed out');
    } else if (pod) send(response, 200, pod);
    else notFound(response);
  }

  #delete(name: string, response: ServerResponse): void {
    const pod = this.pods.get(name);
    if (!pod) notFound(response);
    else if (this.stuck.has(name)) refuse(response, 500, 'InternalError', 'etcdserver: request timed out');
    else {
      this.remove(name);
      send(response, 200, pod);
    }
  }

  #openWatch(response: ServerResponse, from: number): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
    for (const { version, type, object } of this.#changes)
      if (version > from) response.write(`${JSON.stringify({ type, object })}\n`);
  }
}

/** What all states of a container with a server have. */
export const jupyterStatus = {
  ...{ name: 'jupyter', image: 'worker:1', imageID: 'worker:1', restartCount: 0 },
};

function notFound(response: ServerResponse): void {
  refuse(response, 404, 'NotFound', 'it does not exist');
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  send(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
