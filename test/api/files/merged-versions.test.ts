import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();
const inRepository = `/repositories/${demo.repositoryId}`;
const inWorkspace = `/workspaces/${demo.workspaceId}`;
const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
const book = (...sources: string[]) =>
  codeNotebook(sources.map((source, n) => codeCell(`${source[0]}${n}`, source)));
const commit = async (branch: string, ...changes: object[]) => {
  const answer = await at.rest('POST', `${inWorkspace}/commits`, { body: { branch, changes } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.commit_sha as string;
};
const read = async (path: string, ref: string) =>
  (await at.rest('GET', `${inWorkspace}/file?${new URLSearchParams({ path, ref })}`)).body;
const versions = async (id: string, branch: string) =>
  (await at.rest('GET', `/documents/${id}/versions?branch=${branch}&limit=200`)).body.items as {
    id: string;
    commit_sha: string;
  }[];
const commitsOf = async (id: string, branch: string) =>
  (await versions(id, branch)).map(({ commit_sha }) => commit_sha);

/** The target renames the report, and has another one at its path; the source edits the first one. */
async function twoReports(name: string) {
  const [target, source] = [`${name}/target`, `${name}/source`];
  const branch = (made: string, from: string) =>
    at.rest('POST', `${inRepository}/branches`, { body: { name: made, from } });
  await branch(target, 'main');
  const first = await commit(target, {
    create: { path: 'report.ipynb', notebook: book('a = 1', 'b = 1', 'c = 1') },
  });
  await branch(source, target);
  await commit(target, { rename: { path: 'report.ipynb', new_path: 'old.ipynb' } });
  const added = await commit(target, { create: { path: 'report.ipynb', notebook: book('n = 1') } });
  const edited = await commit(source, {
    save: { path: 'report.ipynb', notebook: book('a = 2', 'b = 1', 'c = 1') },
  });
  const [old, report] = [await read('old.ipynb', target), await read('report.ipynb', target)];
  expect((await read('report.ipynb', source)).notebook_id).toBe(old.notebook_id);
  expect(report.notebook_id).not.toBe(old.notebook_id);
  return { ...{ target, source, first, added, edited }, oldId: old.notebook_id, newId: report.notebook_id };
}

describe('the versions of a notebook whose path another one has on the target', () => {
  it('are its own after a merge, and are restored into it', async () => {
    const { target, source, first, added, edited, oldId, newId } = await twoReports('own');
    const merged = await at.rest('POST', `${inRepository}/merges`, { body: { source, target } });
    expect(merged.status, JSON.stringify(merged.body)).toBe(201);
    expect(await commitsOf(newId, target)).toEqual([added]);
    const old = await commitsOf(oldId, target);
    expect(old).toEqual(expect.arrayContaining([merged.body.commit_sha, edited, first]));
    const { id } = (await versions(oldId, target)).find(({ commit_sha }) => commit_sha === first)!;
    const path = `/documents/${oldId}/versions/${id}/restore`;
    const restored = await at.rest('POST', path, { body: {} });
    expect(restored.status, JSON.stringify(restored.body)).toBeLessThan(300);
    expect(await read('old.ipynb', target)).toMatchObject({
      notebook_id: oldId,
      sha: git('rev-parse', `${first}:report.ipynb`),
    });
    expect((await read('report.ipynb', target)).notebook_id).toBe(newId);
    const edit = (await versions(oldId, target)).find(({ commit_sha }) => commit_sha === edited)!;
    await at.rest('POST', `/documents/${oldId}/versions/${edit.id}/restore`, { body: {} });
    const cellsOf = async (file: string) =>
      (await read(file, target)).notebook.cells.map((one: any) => one.source);
    expect(await cellsOf('old.ipynb')).toEqual(['a = 2', 'b = 1', 'c = 1']);
    expect(await cellsOf('report.ipynb')).toEqual(['n = 1']);
  });

  it('are its own also where over 100 commits were merged', async () => {
    const { target, source, added, edited, oldId, newId } = await twoReports('long');
    let tip = git('rev-parse', source);
    for (let n = 0; n < 110; n++)
      tip = git(...identity, 'commit-tree', `${tip}^{tree}`, '-p', tip, '-m', `${n}`);
    git('update-ref', `refs/heads/${source}`, tip);
    const merged = await at.rest('POST', `${inRepository}/merges`, { body: { source, target } });
    expect(merged.status, JSON.stringify(merged.body)).toBe(201);
    await expect.poll(() => commitsOf(oldId, target)).toContain(edited);
    expect(await commitsOf(newId, target)).toEqual([added]);
  });

  it('are those of the other one where a merge took them over', async () => {
    const { target, source, added, edited, oldId, newId } = await twoReports('taken');
    const tree = git('ls-tree', target).replace(
      /\w{40}\treport.ipynb/,
      `${git('rev-parse', `${source}:report.ipynb`)}\treport.ipynb`,
    );
    const gitdir = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
    const made = execFileSync('git', ['-C', gitdir, 'mktree'], { input: `${tree}\n`, encoding: 'utf8' });
    const parents = ['-p', target, '-p', source];
    git(
      'update-ref',
      `refs/heads/${target}`,
      git(...identity, 'commit-tree', made.trim(), ...parents, '-m', 'M'),
    );
    const report = await read('report.ipynb', target);
    expect(report).toMatchObject({ notebook_id: newId, commit_sha: edited });
    expect(await commitsOf(newId, target)).toEqual([edited, added]);
    expect(await commitsOf(oldId, target)).not.toContain(edited);
  });
});
