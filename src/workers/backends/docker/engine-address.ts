import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import type { ContainerConfig } from '../../../config.js';
import { DomainError } from '../../../errors.js';
import type { EngineAddress } from './docker-engine.js';

const defaultSocket = '/var/run/docker.sock';
const defaultTlsPort = 2376;

/**
 * How to reach the configured engine.
 * @returns `isRemote`: whether it is reached over the network, so that it does not see the files of this machine
 * @throws DomainError `runtime_unavailable` when it is reached over the network and its certificates are missing
 */
export function engineAddress({
  dockerHost,
  dockerCertPath,
}: Pick<ContainerConfig, 'dockerHost' | 'dockerCertPath'>): { address: EngineAddress; isRemote: boolean } {
  if (!dockerHost?.startsWith('tcp:')) {
    const socketPath = dockerHost?.slice('unix://'.length) ?? defaultSocket;
    // `host` is given, because the client would read it from the environment.
    const address = { socketPath, host: undefined, agent: new HttpAgent({ keepAlive: false }) };
    return { address, isRemote: false };
  }
  if (!dockerCertPath) {
    const message = 'Set DOCKER_CERT_PATH: an engine at a network address is used with certificates only.';
    throw new DomainError('runtime_unavailable', message);
  }
  const { hostname, port } = new URL(dockerHost);
  const read = (name: string) => readCertificate(join(dockerCertPath, name));
  const address = {
    protocol: 'https' as const,
    host: hostname,
    port: port === '' ? defaultTlsPort : Number(port),
    ...{ ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') },
    // A restarted engine would have reset connections that are kept for the next request.
    agent: new HttpsAgent({ keepAlive: false }),
  };
  return { address, isRemote: true };
}

function readCertificate(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = 'DOCKER_CERT_PATH has no readable ca.pem, cert.pem and key.pem; put them there.';
    throw new DomainError('runtime_unavailable', message, { cause });
  }
}
