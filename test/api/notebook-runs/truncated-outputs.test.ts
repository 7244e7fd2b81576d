import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { pruneLog } from '../../../src/executions/prune-log.js';
import { runOutputs } from '../../../src/notebook-runs/run-outputs.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';
import { postRun } from './waiting-gateway.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const files = `/workspaces/${demo.workspaceId}/authoring-file`;
const readRun = async (id: string) => (await at.rest('GET', `/runs/${id}`)).body;

/** Runs the cells of a new notebook to the end of the run. */
async function runCells(name: string, sources: string[]): Promise<any> {
  const path = `runs/${name}.ipynb`;
  const notebook = codeNotebook(sources.map((source, index) => codeCell(`cell-${index}`, source)));
  expect((await at.rest('POST', `${files}s`, { body: { path, notebook } })).status).toBe(201);
  const { status, body: run } = await postRun(at, { path });
  expect([status, run.truncated_cells]).toEqual([201, null]);
  await expect.poll(async () => (await readRun(run.id)).finished_at, { timeout: 90_000 }).not.toBeNull();
  return readRun(run.id);
}

const lossy = `import comm
opened = comm.create_comm(target_name='t')
opened.send({}, buffers=[bytes(49 * 1024 * 1024)])
print('on')`;

it('an executed notebook says which cells lack outputs that were lost or cut, and so does its run', async () => {
  const run = await runCells('truncated', ["print('whole')", lossy, "print('x' * 21_000_000)", "'end'"]);
  expect(run).toMatchObject({ status: 'ok', save_error: null, truncated_cells: [1, 2] });
  const { notebook } = (await at.rest('GET', `${files}?path=${run.path}&ref=main`)).body;
  expect(notebook.metadata.notebook_run.truncated_cells).toEqual([1, 2]);
  expect(notebook.cells[1].outputs).toMatchObject([{ text: 'on\n' }]);
  const query = `query($id: ID!) { space(slug: "demo") { notebookRun(id: $id) { truncatedCells } } }`;
  const { data } = await at.graphql(query, { id: run.id });
  expect(data.space.notebookRun).toEqual({ truncatedCells: [1, 2] });
  const headers = { authorization: `Bearer ${at.token}`, 'last-event-id': '4-1' };
  const path = `/api/v1.0/engagement/spaces/demo/notebooks/runs/${run.id}/stream`;
  const events = await readEvents(await fetch(`${at.url}${path}`, { headers }));
  expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { truncated_cells: [1, 2] } });
  const document = (await at.rest('GET', `${files}?path=${run.path}`)).body.notebook_id;
  const versions = (await at.rest('GET', `/documents/${document}/versions`)).body;
  expect(versions.items[0].commit_message).toContain('Some of the outputs are missing');
});

it('a notebook that is not saved says so too, and so do the outputs of a log that has expired', async () => {
  const run = await runCells('unsaved', ["print('whole')", lossy, 'import os\nos._exit(1)']);
  expect(run).toMatchObject({ status: 'failed', saved_commit_sha: null, truncated_cells: [1] });
  expect(run.notebook.metadata.notebook_run.truncated_cells).toEqual([1]);
  const { services } = at.gateway;
  const cells = run.cells.items.map(({ cell_index: cellIndex, execution_id: id }: any) => ({
    ...{ cellIndex, source: '', execution: { id, executionCount: null } },
  }));
  for (const { execution } of cells) await pruneLog(services, execution.id);
  expect((await runOutputs(services, cells)).map(({ isTruncated }) => isTruncated)).toEqual([
    false,
    true,
    false,
  ]);
});
