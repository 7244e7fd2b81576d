import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { probeIsolation } from '../../src/workers/backends/external/isolation.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 120_000 });

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        environmentsDirectory: join(dataDir, 'environments'),
      }),
    ],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

/** A workspace on a branch of its own that has that file, by default a `requirements.txt`. */
async function workspaceWith(
  branch: string,
  content: string,
  path = 'requirements.txt',
): Promise<{ workspace_id: string }> {
  const create = `createBranch(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", name: "${branch}")`;
  expect((await at.graphql(`mutation { ${create} { name } }`)).errors).toBeUndefined();
  const body = { name: branch, default_repository_id: demo.repositoryId, default_branch: branch };
  const { body: made } = await at.rest('POST', '/workspaces', { body });
  const file = { path, content };
  const saved = await at.rest('POST', `/workspaces/${made.id}/authoring-files`, { body: file });
  expect(saved.status).toBe(201);
  return { workspace_id: made.id };
}

async function run(session: string, code: string): Promise<string> {
  const base = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks`;
  const answer = await fetch(`${base}/sessions/${session}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const events = await readEvents(answer);
  return events
    .filter(({ data }) => data.type === 'stream')
    .map(({ data }) => data.text)
    .join('');
}

it("a worker's kernels have the packages of its branch, and the Python of the other workers has not", async () => {
  const workspace = await workspaceWith('packages', 'iniconfig==2.0.0\n');
  const { body: worker } = await at.rest('POST', '/workers', { body: workspace });
  const message = async () => (await at.rest('GET', `/workers/${worker.id}`)).body.progress.message;
  await expect.poll(message, { interval: 20, timeout: 20_000 }).toBe('Installing requirements.txt');
  const opened = await at.rest('POST', '/sessions', { body: workspace });
  expect(opened.status).toBe(201);
  expect(await run(opened.body.id, "import iniconfig; print(iniconfig.__file__.count('environments'))")).toBe(
    '1\n',
  );
  const write = `
try:
    open(iniconfig.__file__, 'a').write('x')
except OSError as error:
    print('refused')
`;
  const { python } = await testPython();
  // Without isolation, workers run as the gateway does.
  if ((await probeIsolation(python)) !== 'none') expect(await run(opened.body.id, write)).toBe('refused\n');
  await expect(promisify(execFile)(python, ['-I', '-c', 'import iniconfig'])).rejects.toThrow(
    'No module named',
  );
});

it('a worker whose packages cannot be installed fails with the reason, and with a sentence for its user', async () => {
  const workspace = await workspaceWith('broken', 'numpy\n-r /etc/passwd\n');
  const opened = await at.rest('POST', '/sessions', { body: workspace });
  const detail =
    'The file requirements.txt could not be installed: line 2 is neither a package nor an option that is allowed here. ' +
    'Change it and start a new worker.';
  expect(opened).toMatchObject({ status: 503, body: { code: 'runtime_unavailable', detail } });
  const list = await at.rest('GET', `/workers?include_stopped=true&workspace_id=${workspace.workspace_id}`);
  expect(list.body.items).toMatchObject([
    { status: 'failed', status_reason: 'environment_failed', error_detail: detail },
  ]);
});

it('a start with packages of its own takes no warm worker', async () => {
  const workspace = await workspaceWith('not-warm', 'iniconfig==2.0.0\n');
  const ids = 'kernelProfileId: "python3", resourceClassId: "standard"';
  await at.graphql(`mutation { setWarmPool(${ids}, size: 1) { size } }`);
  const ready = async () => (await at.graphql('{ warmPools { ready } }')).data.warmPools;
  await expect.poll(ready, { timeout: 60_000 }).toEqual([{ ready: 1 }]);
  expect((await at.rest('POST', '/workers', { body: workspace })).status).toBe(201);
  expect(await ready()).toEqual([{ ready: 1 }]);
  await at.graphql(`mutation { setWarmPool(${ids}, size: 0) { size } }`);
});

it('a ready worker says that an environment.yml is not installed', async () => {
  const workspace = await workspaceWith('conda', 'dependencies: [numpy]\n', 'environment.yml');
  const { body: worker } = await at.rest('POST', '/workers', { body: workspace });
  const now = async () => (await at.rest('GET', `/workers/${worker.id}`)).body;
  await expect.poll(async () => (await now()).status, { timeout: 60_000 }).toBe('ready');
  expect((await now()).progress.message).toBe(
    'Ready, without the packages of environment.yml: only a requirements.txt is installed',
  );
});
