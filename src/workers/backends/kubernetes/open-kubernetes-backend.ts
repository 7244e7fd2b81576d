import { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { DomainError } from '../../../errors.js';
import type { WorkerBackend } from '../../backend.js';
import type { CreationCheck } from '../../creation-check.js';
import { AllowedImages } from '../allowed-images.js';
import { KubernetesBackend } from './kubernetes-backend.js';

/** The settings of the backend, as the environment variables give them. */
export interface KubernetesSettings {
  /** Absolute path of a kubeconfig; default the client's own: the service account of the Pod, or `~/.kube/config`. */
  kubeconfig: string | undefined;
  kubernetesNamespace: string;
  /** The networks that a gateway outside of the cluster connects from; none for a gateway in a Pod. */
  kubernetesGatewayCidrs: string[];
  /** Where Pods reach the gateway, to fetch their files; by default it writes them. */
  kubernetesGatewayUrl?: string;
  /** The networks of package indexes that have no public address; default none. */
  kubernetesIndexCidrs?: string[];
  /** The StorageClass of the volumes of classes that name none; by default the files are on the node's disk. */
  kubernetesStorageClass?: string;
  image: string | undefined;
  allowedImages: string[];
}

/**
 * Opens the backend `kubernetes`. It does not wait for the cluster.
 * @param options.gatewayId the id of the gateway's database; the backend finds its workers again by it
 * @throws DomainError `runtime_unavailable` when the kubeconfig cannot be used
 */
export function openKubernetesBackend(options: {
  settings: KubernetesSettings;
  /** Absolute path of a folder that outlives the gateway, for the packages of workers. */
  environmentsDirectory: string;
  gatewayId: string;
  /** Default: it always may. */
  mayCreate?: CreationCheck;
  log: Logger;
}): WorkerBackend {
  const { settings, environmentsDirectory, gatewayId, mayCreate, log } = options;
  const config = loadConfig(settings.kubeconfig);
  const ownNamespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return new KubernetesBackend({
    ...{ config, environmentsDirectory, gatewayId, mayCreate, log },
    namespace: settings.kubernetesNamespace,
    images: new AllowedImages(settings),
    indexCidrs: settings.kubernetesIndexCidrs,
    gatewayUrl: settings.kubernetesGatewayUrl,
    storageClass: settings.kubernetesStorageClass,
    gateway: { cidrs: settings.kubernetesGatewayCidrs, namespace: ownNamespace },
  });
}

function loadConfig(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file) config.loadFromFile(file);
    else config.loadFromDefault();
    if (!config.getCurrentCluster()) throw new Error('It names no cluster.');
    return config;
  } catch (cause) {
    const message = 'The kubeconfig cannot be used; check the variable KUBECONFIG.';
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}
