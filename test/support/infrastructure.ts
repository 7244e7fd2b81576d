import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of what `npm run infrastructure -- up` starts. */
export const infrastructureFolder = join(tmpdir(), 'notebook-gateway-infrastructure');

/**
 * Adds the variables of the running infrastructure to the environment, unless a Docker engine or a cluster is set.
 * @returns whether there is an engine or a cluster to test with
 */
export function addInfrastructureVariables(): boolean {
  if (process.env.TEST_DOCKER_HOST || process.env.TEST_KUBECONFIG) return true;
  for (const line of readVariables().split('\n').filter(Boolean)) {
    const [name = '', value] = line.split('=');
    process.env[name] = value;
  }
  return process.env.TEST_DOCKER_HOST !== undefined;
}

function readVariables(): string {
  try {
    return readFileSync(join(infrastructureFolder, 'environment'), 'utf8');
  } catch {
    return '';
  }
}

/** The value of a variable such as `TEST_WORKER_IMAGE`. */
export function infrastructureVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Start the infrastructure: npm run infrastructure -- up`);
  return value;
}

/** The address of this machine under which Pods see the tests, and reach them. */
export function machineAddress(): string {
  return infrastructureVariable('TEST_GATEWAY_CIDRS').split('/')[0]!;
}
