import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { CreationCheck } from '../../creation-check.js';
import type { AllowedImages } from '../allowed-images.js';
import type { GatewayPeer } from './worker-network-policy.js';

/** What a `KubernetesBackend` works with. */
export interface KubernetesBackendOptions {
  config: KubeConfig;
  /** Where the objects of workers are created. */
  namespace: string;
  images: AllowedImages;
  /** The id of the gateway's database, a UUID: the Pods of other gateways in the namespace are left alone. */
  gatewayId: string;
  gateway: GatewayPeer;
  /** Absolute path of a folder that outlives the gateway, for the packages of workers. */
  environmentsDirectory: string;
  /** The networks of package indexes that have no public address; default none. */
  indexCidrs?: readonly string[];
  /** Where Pods reach the gateway, to fetch the files of their branches; by default the gateway writes them. */
  gatewayUrl?: string;
  /** The StorageClass of the volumes of workers whose class names none; by default these are on the node's disk. */
  storageClass?: string;
  /** Default: it always may. */
  mayCreate?: CreationCheck;
  log: Logger;
  /** How long a node or a server may be silent before its worker is ended; default 2 minutes. */
  maxTroubleMs?: number;
  /** How long the installation of packages may take, in ms; default 10 minutes. */
  maxBuildMs?: number;
}
