import type { V1Deployment } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { readManifest } from '../support/manifests.js';

/** The configuration of a gateway in a Pod with an address, as the kubelet fills in the variables. */
async function configOf(podIp: string): Promise<ReturnType<typeof readConfig>> {
  const deployment = await readManifest<V1Deployment>('Deployment', 'notebooks');
  const { env = [] } = deployment.spec!.template.spec!.containers[0]!;
  const given = env.filter(({ value }) => value !== undefined);
  expect(env.find(({ name }) => name === 'POD_IP')?.valueFrom?.fieldRef?.fieldPath).toBe('status.podIP');
  return readConfig(
    Object.fromEntries(given.map(({ name, value }) => [name, value!.replace('$(POD_IP)', podIp)])),
  );
}

it.each([
  ['10.1.2.3', 'http://10.1.2.3:4000'],
  ['fd00::1:2', 'http://[fd00::1:2]:4000'],
  ['2001:db8:0:1:2:3:4:5', 'http://[2001:db8:0:1:2:3:4:5]:4000'],
])('Pods of a cluster reach a gateway with the address %s at %s', async (podIp, url) => {
  const config = await configOf(podIp);
  expect(config.containers.kubernetesGatewayUrl).toBe(url);
  expect(config.host).toBe('::');
});
