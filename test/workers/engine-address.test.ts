import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type RequestOptions } from 'node:https';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockerEngine } from '../../src/workers/backends/docker/docker-engine.js';
import { engineAddress } from '../../src/workers/backends/docker/engine-address.js';

let dockerCertPath: string;
beforeAll(async () => {
  dockerCertPath = await mkdtemp(join(tmpdir(), 'engine-address-'));
  for (const name of ['ca.pem', 'cert.pem', 'key.pem']) await writeFile(join(dockerCertPath, name), name);
});
afterAll(() => rm(dockerCertPath, { recursive: true }));

/** Connects to nothing, and keeps where to. */
class RecordingAgent extends Agent {
  readonly targets: unknown[] = [];

  override createConnection(
    { host, port }: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.targets.push([host, Number(port)]);
    callback?.(new Error('There is no engine.'), new Socket());
  }
}

test.each([
  ['tcp://[::1]', '::1', 2376],
  ['tcp://[2001:db8::1]:2377', '2001:db8::1', 2377],
  ['tcp://192.0.2.1:2376', '192.0.2.1', 2376],
  ['tcp://engine.example.com', 'engine.example.com', 2376],
])('an engine at %s is reached at its host and port', async (dockerHost, host, port) => {
  const agent = new RecordingAgent();
  const address = { ...engineAddress({ dockerHost, dockerCertPath }).address, agent };
  await new DockerEngine(address).ping().catch(() => undefined);
  expect(agent.targets).toEqual([[host, port]]);
});
