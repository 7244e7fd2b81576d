import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { ContainerInspectInfo } from 'dockerode';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { DockerEngine } from '../../src/workers/backends/docker/docker-engine.js';
import { FollowedWorkers } from '../../src/workers/backends/docker/followed-workers.js';
import type { WorkerContainers } from '../../src/workers/backends/docker/worker-containers.js';
import { pipFailed } from '../../src/workers/backends/environments/pip-failed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { PodFollower } from '../../src/workers/backends/kubernetes/pod-follower.js';
import { workerPod } from '../../src/workers/backends/kubernetes/worker-pod.js';
import { serverEnded } from '../../src/workers/server-ended-error.js';
import { createWorkerSpec } from '../support/jupyter.js';

const secret = 'value-of-the-profile';
const environment = { PRIVATE_INDEX: secret, SHORT: 'a' };

describe('the values of the environment of a profile', () => {
  test('are neither in the error of a pip that failed nor in its cause', () => {
    const output = `Looking in ${secret}\nERROR: No matching distribution found for a ${secret}\n`;
    const error = pipFailed(output, { environment, hint: ' (a hint)' });
    expect(error.message).toBe(
      'The file requirements.txt could not be installed: No matching distribution found for a [hidden] (a hint). ' +
        'Change it and start a new worker.',
    );
    expect((error.cause as Error).message).toBe(
      'Looking in [hidden]\nERROR: No matching distribution found for a [hidden]\n',
    );
  });

  test('are not in the output that the error of a start has for the log', async () => {
    const { root, stateRoot, spec } = await createWorkerSpec();
    const program = join(root, 'python');
    const printing = `sed -n 's/.*"PRIVATE_INDEX":"\\([^"]*\\)".*/first \\1/p'`;
    await writeFile(program, `#!/bin/sh\n${printing}\nexit 1\n`, { mode: 0o755 });
    const python = async () => ({ python: program, origin: 'found' }) as const;
    const backend = openExternalBackend({ stateRoot, python, isolation: async () => 'none' });
    const started = { ...spec, profile: { ...spec.profile, environment } };
    await expect(backend.start(started, () => {}, AbortSignal.timeout(20_000))).rejects.toMatchObject({
      output: 'first [hidden]\n',
    });
    await backend.close();
    await rm(root, { recursive: true });
  });

  test('are not in the log of what a container printed', async () => {
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
    const engine = {
      logTail: async () => `the token, ${secret} and /home/worker/a.py`,
      events: () => Promise.reject(new Error('there are none')),
    };
    const followed = new FollowedWorkers({
      engine: engine as unknown as DockerEngine,
      containers: {} as WorkerContainers,
      packages: { removeUnconfirmed: async () => {} },
      gatewayId: 'gateway',
      log,
    });
    const Env = [`PRIVATE_INDEX=${secret}`, 'HOME=/home/worker', 'WORKER_ROOT=/work'];
    await followed.logOutput('worker', { Id: 'id', Config: { Env } } as ContainerInspectInfo, 'the token');
    followed.close();
    expect(logged.find((line) => line.includes('has ended'))).toContain(
      '[token], [hidden] and /home/worker/a.py',
    );
    expect(logged.join('')).not.toContain(secret);
  });

  test('are not in the log of what the container of a Pod printed', async () => {
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
    const { root, spec } = await createWorkerSpec();
    const profile = { ...spec.profile, environment: { PRICE: 'cost-$5-$(HOME)', PRIVATE_INDEX: secret } };
    const pod = workerPod({ ...spec, profile }, { gatewayId: 'gateway', image: 'worker:1' });
    const ended: V1Pod = { ...pod, status: { phase: 'Failed' } };
    const output = `${secret}, cost-$5-$(HOME) and /home/worker/a.py`;
    const exited = new Promise((resolve) => {
      const follower = new PodFollower({
        ...{ maxTroubleMs: 1_000, findPod: async () => ended, log },
        lastOutputOf: async () => output,
      });
      follower.onExit(resolve);
      follower.follow(spec.workerId, ended);
    });
    // Users see it without the values that the profile has then, see `describeFailure`.
    expect(await exited).toMatchObject({ output });
    expect(JSON.parse(logged[0]!).output).toBe('[hidden], [hidden] and /home/worker/a.py');
    await rm(root, { recursive: true });
  });

  test('are not in the error of a start that did not need its server any more when that ended', () => {
    const ended = { reason: 'exited', detail: 'It ended.', output: `first ${secret}` };
    expect(serverEnded(ended, environment)).toMatchObject({
      code: 'runtime_unavailable',
      message: 'It ended.',
      extra: { reason: 'exited' },
      output: 'first [hidden]',
    });
  });
});
