import {
  type Configuration,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  type KubeConfig,
  type Middleware,
  NetworkingV1Api,
  ServerConfiguration,
  type V1NetworkPolicy,
  type V1Pod,
  type V1PodList,
  type V1Secret,
} from '@kubernetes/client-node';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import type { CreationCheck } from '../../creation-check.js';
import { isFault, toClusterError } from './cluster-error.js';

const readTimeoutMs = 5_000;
const writeTimeoutMs = 15_000;
/** The lines may be long, and the API counts the bytes from the first of them. */
const lastOutput = { tailLines: 50, limitBytes: 256 * 1024 };

/**
 * The requests to the Kubernetes API that workers need, all in one namespace. Reads end within 5 s and writes within 15 s,
 * with the time that the credentials take. What comes too late is not sent. Every method throws {@link ClusterError}.
 */
export class ClusterClient {
  readonly #configFor: (limit: AbortSignal) => Configuration;
  readonly #namespace: string;

  readonly #mayCreate: CreationCheck | undefined;

  /**
   * @param mayCreate called before a Pod or a Secret is created; default it always may
   * @throws Error when `config` names no cluster
   */
  constructor(config: KubeConfig, namespace: string, mayCreate?: CreationCheck) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('The kubeconfig names no cluster.');
    this.#configFor = (limit) =>
      createConfiguration({
        baseServer: new ServerConfiguration(cluster.server, {}),
        authMethods: { default: config },
        promiseMiddleware: [within(limit)],
      });
    this.#namespace = namespace;
    this.#mayCreate = mayCreate;
  }

  /** @param labels all that the Pods must have */
  listPods(labels: Record<string, string>): Promise<V1PodList> {
    const request = { namespace: this.#namespace, labelSelector: selectorOf(labels) };
    return this.#read(CoreV1Api, (api) => api.listNamespacedPod(request));
  }

  /** Undefined when there is none. */
  findPod(name: string): Promise<V1Pod | undefined> {
    const request = { namespace: this.#namespace, name };
    return orUndefined(this.#read(CoreV1Api, (api) => api.readNamespacedPod(request)));
  }

  /** @throws what the {@link CreationCheck} throws */
  async createPod(body: V1Pod): Promise<V1Pod> {
    await this.#mayCreate?.();
    const request = { namespace: this.#namespace, body };
    return this.#write(CoreV1Api, (api) => api.createNamespacedPod(request));
  }

  /** Does all checks of a creation, and creates nothing. */
  async checkPod(body: V1Pod): Promise<void> {
    const request = { namespace: this.#namespace, body, dryRun: 'All' };
    await this.#write(CoreV1Api, (api) => api.createNamespacedPod(request));
  }

  /** Begins to end a Pod; its Secret and its NetworkPolicy follow it. @returns false when there is none */
  async deletePod(name: string): Promise<boolean> {
    const request = { namespace: this.#namespace, name };
    const deleted = this.#write(CoreV1Api, (api) => api.deleteNamespacedPod(request));
    return (await orUndefined(deleted)) !== undefined;
  }

  /** The last lines that a container of a Pod printed, at most 256 KiB. */
  readOutput(name: string, container: string): Promise<string> {
    const request = { namespace: this.#namespace, name, container, ...lastOutput };
    return this.#read(CoreV1Api, (api) => api.readNamespacedPodLog(request));
  }

  /** @throws what the {@link CreationCheck} throws */
  async createSecret(body: V1Secret): Promise<void> {
    await this.#mayCreate?.();
    const request = { namespace: this.#namespace, body };
    await this.#write(CoreV1Api, (api) => api.createNamespacedSecret(request));
  }

  /** Undefined when there is none. */
  findSecret(name: string): Promise<V1Secret | undefined> {
    const request = { namespace: this.#namespace, name };
    return orUndefined(this.#read(CoreV1Api, (api) => api.readNamespacedSecret(request)));
  }

  async createNetworkPolicy(body: V1NetworkPolicy): Promise<void> {
    const request = { namespace: this.#namespace, body };
    await this.#write(NetworkingV1Api, (api) => api.createNamespacedNetworkPolicy(request));
  }

  /** @returns false when there is none */
  async deleteNetworkPolicy(name: string): Promise<boolean> {
    const request = { namespace: this.#namespace, name };
    const deleted = this.#write(NetworkingV1Api, (api) => api.deleteNamespacedNetworkPolicy(request));
    return (await orUndefined(deleted)) !== undefined;
  }

  /** The `PodMetrics` of a Pod; undefined when the cluster does not measure it. */
  findPodMetrics(name: string): Promise<unknown> {
    const resource = { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods' };
    const request = { ...resource, namespace: this.#namespace, name };
    return orUndefined(this.#read(CustomObjectsApi, (api) => api.getNamespacedCustomObject(request)));
  }

  #read<A, T>(api: ApiClass<A>, request: (api: A) => Promise<T>): Promise<T> {
    return this.#request(readTimeoutMs, api, request);
  }

  #write<A, T>(api: ApiClass<A>, request: (api: A) => Promise<T>): Promise<T> {
    return this.#request(writeTimeoutMs, api, request);
  }

  /** The client knows a limit only from when it has the credentials, so the wait for them is bounded here. */
  async #request<A, T>(ms: number, api: ApiClass<A>, request: (api: A) => Promise<T>): Promise<T> {
    const limit = AbortSignal.timeout(ms);
    try {
      return await rejectOnAbort(request(new api(this.#configFor(limit))), limit);
    } catch (error) {
      throw toClusterError(error);
    }
  }
}

type ApiClass<A> = new (configuration: Configuration) => A;

/** The form in which the API takes a selector. */
export function selectorOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function within(limit: AbortSignal): Middleware {
  return {
    async pre(request) {
      limit.throwIfAborted();
      request.setSignal(limit);
      return request;
    },
    post: async (response) => response,
  };
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isFault(error, 'not_found')) return undefined;
    throw error;
  }
}
