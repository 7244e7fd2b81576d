import { isIP } from 'node:net';
import type {
  V1NetworkPolicy,
  V1NetworkPolicyEgressRule,
  V1NetworkPolicyPeer,
  V1Pod,
} from '@kubernetes/client-node';
import { workerPort } from './pod-basics.js';
import { appLabel, gatewayAppName, packagesLabel, workerLabel } from './worker-object-names.js';
import { ownedBy } from './worker-secret.js';

const namespaceNameLabel = 'kubernetes.io/metadata.name';
/** Private, shared, loopback and link-local networks, with the metadata services of clouds; multicast and reserved. */
const insideIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
];
/** All public IPv6 addresses; clusters and their nodes may have addresses of it, which no list can know. */
const publicIpv6 = '2000::/3';

/** Where the gateway's connections come from. */
export interface GatewayPeer {
  /** Networks of a gateway outside of the cluster, e.g. `10.1.2.3/32`; when empty, the gateway is a Pod. */
  cidrs: string[];
  /** The namespace of the gateway's Pods. */
  namespace: string;
}

/**
 * Lets only the gateway connect to a worker, and the worker to nothing, or with `egress` to public addresses and the
 * cluster's DNS. Only clusters whose network plugin enforces NetworkPolicies keep to it.
 * @param pod as the cluster created it
 */
export function workerNetworkPolicy(pod: V1Pod, gateway: GatewayPeer, egress: boolean): V1NetworkPolicy {
  return policyOf(pod, workerLabel, gateway, egress ? [toPublic, toDns] : []);
}

/**
 * Lets only the gateway connect to a Pod that installs packages, and the Pod to public addresses, the cluster's DNS and
 * package indexes elsewhere.
 * @param pod as the cluster created it
 * @param indexCidrs the networks of these indexes
 */
export function packagesNetworkPolicy(
  pod: V1Pod,
  gateway: GatewayPeer,
  indexCidrs: readonly string[],
): V1NetworkPolicy {
  const toIndexes = indexCidrs.map((cidr) => ({ to: [{ ipBlock: { cidr } }] }));
  return policyOf(pod, packagesLabel, gateway, [toPublic, toDns, ...toIndexes]);
}

function policyOf(
  pod: V1Pod,
  label: string,
  gateway: GatewayPeer,
  egress: V1NetworkPolicyEgressRule[],
): V1NetworkPolicy {
  const { name, labels } = pod.metadata!;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, labels, ownerReferences: [ownedBy(pod)] },
    spec: {
      podSelector: { matchLabels: { [label]: labels![label]! } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ _from: peersOf(gateway), ports: [{ port: workerPort, protocol: 'TCP' }] }],
      egress,
    },
  };
}

/** The name of the policy that lets a Pod fetch its files. @param name of the Pod */
export function fetchPolicyNameOf(name: string): string {
  return `${name}-files`;
}

/**
 * Lets a worker connect to the gateway as well, to fetch its files. It is to be deleted before a kernel can run.
 * @param pod as the cluster created it
 * @param gatewayUrl where Pods reach the gateway
 */
export function fetchNetworkPolicy(pod: V1Pod, gateway: GatewayPeer, gatewayUrl: string): V1NetworkPolicy {
  const { name, labels } = pod.metadata!;
  const host = new URL(gatewayUrl).hostname.replace(/^\[|\]$/g, '');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: fetchPolicyNameOf(name!), labels, ownerReferences: [ownedBy(pod)] },
    spec: {
      podSelector: { matchLabels: { [workerLabel]: labels![workerLabel]! } },
      policyTypes: ['Egress'],
      egress: [{ to: peersOf(gateway) }, ...(isIP(host) ? [] : [toDns])],
    },
  };
}

function peersOf({ cidrs, namespace }: GatewayPeer): V1NetworkPolicyPeer[] {
  if (cidrs.length > 0) return cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  return [
    {
      namespaceSelector: { matchLabels: { [namespaceNameLabel]: namespace } },
      podSelector: { matchLabels: { [appLabel]: gatewayAppName } },
    },
  ];
}

const toPublic: V1NetworkPolicyEgressRule = {
  to: [{ ipBlock: { cidr: '0.0.0.0/0', except: insideIpv4 } }, { ipBlock: { cidr: publicIpv6 } }],
};

const toDns: V1NetworkPolicyEgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { [namespaceNameLabel]: 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};
