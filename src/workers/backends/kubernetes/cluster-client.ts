import {
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
import { isFault, toClusterError } from './cluster-error.js';

const readTimeoutMs = 5_000;
const writeTimeoutMs = 15_000;
/** The lines may be long, and the API counts the bytes from the first of them. */
const lastOutput = { tailLines: 50, limitBytes: 256 * 1024 };

/**
 * The requests to the Kubernetes API that workers need, all in one namespace. Reads end within 5 s and writes within 15 s.
 * Every method throws {@link ClusterError}.
 */
export class ClusterClient {
  readonly #core: CoreV1Api;
  readonly #networking: NetworkingV1Api;
  readonly #custom: CustomObjectsApi;
  readonly #namespace: string;

  /** @throws Error when `config` names no cluster */
  constructor(config: KubeConfig, namespace: string) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('The kubeconfig names no cluster.');
    const api = createConfiguration({
      baseServer: new ServerConfiguration(cluster.server, {}),
      authMethods: { default: config },
      promiseMiddleware: [withTimeLimit],
    });
    this.#core = new CoreV1Api(api);
    this.#networking = new NetworkingV1Api(api);
    this.#custom = new CustomObjectsApi(api);
    this.#namespace = namespace;
  }

  /** @param labels all that the Pods must have */
  listPods(labels: Record<string, string>): Promise<V1PodList> {
    const labelSelector = selectorOf(labels);
    return orClusterError(this.#core.listNamespacedPod({ namespace: this.#namespace, labelSelector }));
  }

  /** Undefined when there is none. */
  findPod(name: string): Promise<V1Pod | undefined> {
    return orUndefined(this.#core.readNamespacedPod({ namespace: this.#namespace, name }));
  }

  createPod(body: V1Pod): Promise<V1Pod> {
    return orClusterError(this.#core.createNamespacedPod({ namespace: this.#namespace, body }));
  }

  /** Does all checks of a creation, and creates nothing. */
  async checkPod(body: V1Pod): Promise<void> {
    const request = { namespace: this.#namespace, body, dryRun: 'All' };
    await orClusterError(this.#core.createNamespacedPod(request));
  }

  /** Begins to end a Pod; its Secret and its NetworkPolicy follow it. @returns false when there is none */
  async deletePod(name: string): Promise<boolean> {
    const request = { namespace: this.#namespace, name };
    return (await orUndefined(this.#core.deleteNamespacedPod(request))) !== undefined;
  }

  /** The last lines that a container of a Pod printed, at most 256 KiB. */
  readOutput(name: string, container: string): Promise<string> {
    const request = { namespace: this.#namespace, name, container, ...lastOutput };
    return orClusterError(this.#core.readNamespacedPodLog(request));
  }

  async createSecret(body: V1Secret): Promise<void> {
    await orClusterError(this.#core.createNamespacedSecret({ namespace: this.#namespace, body }));
  }

  /** Undefined when there is none. */
  findSecret(name: string): Promise<V1Secret | undefined> {
    return orUndefined(this.#core.readNamespacedSecret({ namespace: this.#namespace, name }));
  }

  async createNetworkPolicy(body: V1NetworkPolicy): Promise<void> {
    const request = { namespace: this.#namespace, body };
    await orClusterError(this.#networking.createNamespacedNetworkPolicy(request));
  }

  /** @returns false when there is none */
  async deleteNetworkPolicy(name: string): Promise<boolean> {
    const request = { namespace: this.#namespace, name };
    return (await orUndefined(this.#networking.deleteNamespacedNetworkPolicy(request))) !== undefined;
  }

  /** The `PodMetrics` of a Pod; undefined when the cluster does not measure it. */
  findPodMetrics(name: string): Promise<unknown> {
    const resource = { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods' };
    return orUndefined(
      this.#custom.getNamespacedCustomObject({ ...resource, namespace: this.#namespace, name }),
    );
  }
}

/** The form in which the API takes a selector. */
export function selectorOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

const withTimeLimit: Middleware = {
  async pre(request) {
    const isRead = request.getHttpMethod().toString() === 'GET';
    request.setSignal(AbortSignal.timeout(isRead ? readTimeoutMs : writeTimeoutMs));
    return request;
  },
  post: async (response) => response,
};

async function orClusterError<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toClusterError(error);
  }
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await orClusterError(answer);
  } catch (error) {
    if (isFault(error, 'not_found')) return undefined;
    throw error;
  }
}
