import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { folderWith } from '../support/node-packages.js';
import { pythonWith, runProgram } from '../support/python-environment.js';

let at: TestGateway;
let session: string;
let folder: string;
let examples: Map<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  const body = { workspace_id: demo.workspaceId, path: demo.notebookPath };
  session = (await at.rest('POST', '/sessions', { body })).body.id;
  const page = await readFile('docs/clients.md', 'utf8');
  const blocks = page.matchAll(/^```\w+ ([\w-]+)\n(.*?)^```$/gms);
  examples = new Map([...blocks].map(([, name, text]) => [name!, text!]));
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({
  ...process.env,
  NOTEBOOKS_URL: at.url,
  NOTEBOOKS_TOKEN: at.token,
  SESSION_ID: session,
});

/** Writes an example with what follows it to a file, and runs that. @returns what it printed */
async function run(name: string, program: string, ending: string, { cwd = folder, more = '' } = {}) {
  const file = join(cwd, `${name}-${process.pid}.${ending}`);
  await writeFile(file, examples.get(name)! + more);
  try {
    const { exitCode, text } = await runProgram(program, [file], { cwd, env: environment() });
    if (exitCode !== 0) throw new Error(text);
    return text;
  } finally {
    await rm(file, { force: true });
  }
}

const nodePackages = () =>
  folderWith('clients-1', [
    ...['openapi-fetch@0.17.0', '@urql/core@6.0.3', '@apollo/client@4.3.8', 'rxjs@7.8.2'],
    ...['relay-runtime@21.0.1', 'graphql-sse@2.6.1', 'graphql@16.15.0'],
  ]);
const ran = 'line 0\nline 1\nline 2\nended: ok\nsaved: notebooks/welcome.ipynb\n';

it('each example of the page is run', () => {
  const names = ['client', 'httpx', 'gql', 'curl', 'openapi-fetch', 'urql', 'apollo', 'relay'];
  expect([...examples.keys()]).toEqual(names);
});

it('the example of notebook-gateway/client follows a run and saves a notebook', async () => {
  const packages = join(folder, 'node_modules');
  execFileSync('mkdir', [packages]);
  await symlink(process.cwd(), join(packages, 'notebook-gateway'));
  expect(await run('client', process.execPath, 'mjs')).toBe(ran);
}, 60_000);

it('the example of httpx follows a run and saves a notebook', async () => {
  const python = await pythonWith('httpx-0.28.1', ['httpx==0.28.1']);
  expect(await run('httpx', python, 'py')).toBe(ran);
}, 180_000);

it('the example of gql lists the workspaces', async () => {
  const python = await pythonWith('gql-4.4.0-httpx', ['gql==4.4.0', 'httpx==0.28.1']);
  expect(await run('gql', python, 'py')).toBe("workspaces: ['Welcome']\n");
}, 180_000);

it('the example of curl follows a run', async () => {
  const text = await run('curl', 'sh', 'sh');
  expect(text).toContain('"text":"line 0\\nline 1\\nline 2\\n"');
  expect(text).toMatch(/event: final_response\ndata: .*"status":"ok"/);
});

it.each([
  ['openapi-fetch', "workspaces: [ 'Welcome' ]\n"],
  ['urql', 'line 0\nended: ok\n'],
  ['apollo', 'line 0\nended: ok\n'],
])(
  'the example of %s prints what the gateway answers',
  async (name, printed) => {
    expect(await run(name, process.execPath, 'mjs', { cwd: await nodePackages() })).toBe(printed);
  },
  240_000,
);

it('the example of relay follows a run', async () => {
  const more = `
const run = (operationKind, text, variables) =>
  new Promise((resolve, reject) => {
    const seen = [];
    network.execute({ operationKind, text }, variables, {}).subscribe({
      next: (value) => seen.push(value.data), complete: () => resolve(seen), error: reject,
    });
  });
const mutation = 'mutation ($id: ID!) { executeCell(spaceSlug: "demo", sessionId: $id, input: {code: "1"}) { id } }';
const [{ executeCell }] = await run('mutation', mutation, { id: process.env.SESSION_ID });
const events = await run(
  'subscription', 'subscription ($id: ID!) { executionEvents(executionId: $id) { type } }', executeCell);
console.log(events.at(-1).executionEvents.type);
sse.dispose();`;
  const text = await run('relay', process.execPath, 'mjs', { cwd: await nodePackages(), more });
  expect(text).toBe('final_response\n');
}, 240_000);
