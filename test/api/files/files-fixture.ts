import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

export let at: TestGateway;
export let gitdir: string;

/** Opens one gateway for the tests of the file that calls this, and closes it after them. */
export function setUpFiles(): void {
  beforeAll(async () => {
    at = await openTestGateway();
    gitdir = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
  });
  afterAll(() => at.close());
}

export const base = `/workspaces/${demo.workspaceId}`;
export const git = (...args: string[]) =>
  execFileSync('git', ['-C', gitdir, ...args], { encoding: 'utf8' }).trim();
export const cell = (source: string) => ({
  id: 'a',
  cell_type: 'code',
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});
export const notebook = (source: string) => ({
  cells: [cell(source)],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
export const createNotebook = async (path: string, source = 'x = 1') =>
  (await at.rest('POST', `${base}/files`, { body: { path, branch: 'main', notebook: notebook(source) } }))
    .body;
