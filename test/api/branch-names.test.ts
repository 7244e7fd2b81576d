import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { mutate } from '../support/factories/mutate.js';
import { openTestGateway, type RestAnswer, type TestGateway } from '../support/gateway.js';
import { readEvents } from '../support/sse.js';

let at: TestGateway;
let repositoryId: string;
let workspaceId: string;
let admin: { id: string };
let editor: { token: string };
beforeAll(async () => {
  at = await openTestGateway();
  editor = await makeUser(at, { role: 'editor' });
  admin = await at.gateway.services.prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  repositoryId = (await makeRepository(at, {})).id;
  workspaceId = (await makeWorkspace(at, { defaultRepositoryId: repositoryId, visibility: 'space' })).id;
  git('branch', 'topic/a', 'main');
});
afterAll(() => at.close());

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();
const inWorkspace = (method: string, path: string, body?: object, token?: string) =>
  at.rest(method, `/workspaces/${workspaceId}${path}`, {
    ...(body ? { body } : {}),
    ...(token ? { token } : {}),
  });
const inRepository = (method: string, path: string, body?: object) =>
  at.rest(method, `/repositories/${repositoryId}${path}`, body ? { body } : {});
const ok = ({ status, body }: RestAnswer, expected = 200) => {
  expect(status, JSON.stringify(body)).toBe(expected);
  return body;
};
const query = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;

describe.each(['refs/heads/topic/a', 'heads/topic/a'])('%s is the branch topic/a', (branch) => {
  const name = branch.replaceAll('/', '-');
  const tip = () => git('rev-parse', 'refs/heads/topic/a');

  it('for every write of files', async () => {
    const path = `${name}.md`;
    const onTopic = { path, branch: 'topic/a' };
    const made = await inWorkspace('POST', '/authoring-files', { path, branch, content: '1' });
    expect(ok(made, 201)).toMatchObject(onTopic);
    const saved = await inWorkspace('PUT', '/authoring-file', { path, branch, content: '2' });
    expect(ok(saved)).toMatchObject(onTopic);
    const byTag = await at.rest('PUT', `/workspaces/${workspaceId}/authoring-file`, {
      body: { path, branch, content: '3' },
      headers: { 'if-match': saved.headers.get('etag')! },
    });
    expect(ok(byTag)).toMatchObject(onTopic);
    const changes = [{ save: { path, content: '4' } }];
    expect(ok(await inWorkspace('POST', '/commits', { branch, changes }), 201).commit_sha).toBe(tip());
    const new_path = `${name}-moved.md`;
    ok(await inWorkspace('POST', '/authoring-file/rename', { path, new_path, branch }));
    const raw = await at.rest(
      'PUT',
      `/workspaces/${workspaceId}/raw-file${query({ path: new_path, branch })}`,
      {
        raw: 'raw',
        headers: { 'content-type': 'text/plain' },
      },
    );
    expect(ok(raw)).toMatchObject({ path: new_path });
    expect(git('show', `refs/heads/topic/a:${new_path}`)).toBe('raw');
    ok(await inWorkspace('DELETE', `/authoring-file${query({ path: new_path, branch })}`));
    expect(git('ls-tree', '--name-only', 'refs/heads/topic/a').split('\n')).not.toContain(new_path);
  });

  it('for its protection, whoever writes under which name', async () => {
    const protect = (isProtected: boolean) =>
      mutate(
        at,
        `mutation($repositoryId: ID!, $branch: String!, $isProtected: Boolean!) {
          setBranchProtection(spaceSlug: "demo", repositoryId: $repositoryId, branch: $branch, protected: $isProtected) {
            id } }`,
        { repositoryId, branch, isProtected },
      );
    const write = (on: string) =>
      inWorkspace('POST', '/authoring-files', { path: 'x.md', branch: on, content: '' }, editor.token);
    await protect(true);
    for (const on of ['topic/a', branch])
      expect(await write(on)).toMatchObject({ status: 403, body: { code: 'branch_protected' } });
    await protect(false);
    ok(await write(branch), 201);
    ok(await inWorkspace('DELETE', `/authoring-file${query({ path: 'x.md', branch })}`));
  });

  it('for versions', async () => {
    const path = `${name}.ipynb`;
    const { notebook_id } = ok(await inWorkspace('POST', '/files', { path, branch }), 201);
    const { items } = ok(await at.rest('GET', `/documents/${notebook_id}/versions${query({ branch })}`));
    expect(items).toMatchObject([{ path, branch: 'topic/a' }]);
  });

  it('for workspaces', async () => {
    const body = { name, default_repository_id: repositoryId, default_branch: branch };
    const made = ok(await at.rest('POST', '/workspaces', { body }), 201);
    expect(made.default_branch).toBe('topic/a');
    const change = (default_branch: string) =>
      at.rest('PATCH', `/workspaces/${made.id}`, { body: { default_branch } });
    ok(await change('main'));
    expect(ok(await change(branch)).default_branch).toBe('topic/a');
  });

  it('for starts and runs', async () => {
    const liveKey = [admin.id, workspaceId, 'topic/a', 'python3', 'standard'].join(':');
    const worker = await makeWorker(at, {
      ...{ userId: admin.id, workspaceId, repositoryId, branch: 'topic/a', liveKey },
    });
    const started = await at.rest('POST', '/workers', { body: { workspace_id: workspaceId, branch } });
    expect(ok(started)).toMatchObject({ id: worker.id, branch: 'topic/a' });
    await at.gateway.services.prisma.worker.delete({ where: { id: worker.id } });
    ok(await inWorkspace('POST', '/files', { path: `run-${name}.ipynb`, branch }), 201);
    const run = await at.rest('POST', '/runs', {
      body: { workspace_id: workspaceId, path: `run-${name}.ipynb`, ref: branch, save_to: { branch } },
    });
    expect(ok(run, 201)).toMatchObject({ commit_sha: tip(), save_branch: 'topic/a' });
    await at.rest('POST', `/runs/${run.body.id}/cancel`);
  });

  it('for merges, of either side', async () => {
    const path = `merge-${name}.md`;
    ok(await inWorkspace('POST', '/authoring-files', { path, branch, content: '' }), 201);
    const merge = { source: branch, target: 'refs/heads/main', fast_forward: false };
    ok(await inRepository('POST', '/merges', merge), 201);
    expect(git('log', '-1', '--format=%s', 'main')).toBe('Merge topic/a into main');
    ok(await inRepository('POST', '/merges', { source: 'refs/heads/main', target: branch }), 201);
    expect(tip()).toBe(git('rev-parse', 'main'));
  });

  it('for subscriptions', async () => {
    const { bus } = at.gateway.services;
    const before = bus.listenerCount('commit', repositoryId);
    const stream = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        query: `subscription($id: ID!, $branch: String) {
          fileChanged(spaceSlug: "demo", workspaceId: $id, branch: $branch) { path branch } }`,
        variables: { id: workspaceId, branch },
      }),
    });
    await expect.poll(() => bus.listenerCount('commit', repositoryId)).toBe(before + 1);
    const path = `seen-${name}.md`;
    ok(await inWorkspace('POST', '/authoring-files', { path, branch: 'topic/a', content: '' }), 201);
    const [event] = await readEvents(stream, () => true);
    expect(event!.data.data.fileChanged).toEqual({ path, branch: 'topic/a' });
  });
});

describe('a new branch', () => {
  it('refs/heads/x is created and deleted as x, and heads/x is a name of its own', async () => {
    for (const [name, created] of [
      ['refs/heads/new', 'new'],
      ['heads/new', 'heads/new'],
    ]) {
      expect(ok(await inRepository('POST', '/branches', { name, from: 'refs/heads/main' }), 201).name).toBe(
        created,
      );
      expect(git('rev-parse', `refs/heads/${created}`)).toBe(git('rev-parse', 'main'));
    }
    expect((await inRepository('POST', '/branches', { name: 'refs/heads/new' })).body.code).toBe(
      'already_exists',
    );
    ok(await inRepository('DELETE', '/branches/heads/new'), 204);
    expect(git('branch', '--list', '--format=%(refname)', 'new')).toBe('refs/heads/new');
    ok(await inRepository('DELETE', '/branches/refs/heads/new'), 204);
    expect(git('branch', '--list', 'new')).toBe('');
  });

  it('of a new repository is created as x, too', async () => {
    const made = await mutate(
      at,
      `mutation { createRepository(spaceSlug: "demo",
        input: { name: "full-name", kind: project, defaultBranch: "refs/heads/trunk" }) { id defaultBranch } }`,
      {},
    );
    expect(made.defaultBranch).toBe('trunk');
  });
});

it('a branch that was pushed with such a name is meant by it, in reads and writes', async () => {
  for (const name of ['refs/heads/main', 'heads/main']) {
    git('update-ref', `refs/heads/${name}`, 'refs/heads/main');
    const before = git('rev-parse', 'refs/heads/main');
    const path = 'literal.md';
    const body = { path, branch: name, content: '' };
    expect(ok(await inWorkspace('POST', '/authoring-files', body), 201).branch).toBe(name);
    expect(ok(await inWorkspace('GET', `/authoring-file${query({ path, ref: name })}`)).branch).toBe(name);
    expect(git('rev-parse', 'refs/heads/main')).toBe(before);
    ok(await inRepository('DELETE', `/branches/${name}`), 204);
    expect(git('rev-parse', 'refs/heads/main')).toBe(before);
    expect((await inWorkspace('GET', `/authoring-file${query({ path, ref: name })}`)).status).toBe(404);
  }
});

describe('a commit id', () => {
  const mixed = (oid: string) => [...oid].map((one, n) => (n % 2 ? one : one.toUpperCase())).join('');
  const spellings = () => {
    const oid = git('rev-parse', 'main');
    return [oid.toUpperCase(), mixed(oid), oid.slice(0, 12).toUpperCase(), mixed(oid.slice(0, 20))];
  };

  it('is found in any case by every read', async () => {
    for (const ref of spellings()) {
      for (const path of ['/files', '/authoring-file', '/raw-file', '/archive', '/search']) {
        const answer = await inWorkspace('GET', `${path}${query({ ref, path: 'README.md', q: 'x' })}`);
        expect([path, ref, answer.status]).toEqual([path, ref, 200]);
      }
      const compared = ok(await inWorkspace('GET', `/compare${query({ base: ref, head: ref })}`));
      expect(compared.base_commit_sha).toBe(git('rev-parse', 'main'));
      const { data } = await at.graphql(
        `query($id: ID!, $ref: String) { space(slug: "demo") { workspace(id: $id) {
          file(path: "README.md", ref: $ref) { sha } files(ref: $ref, kind: all, first: 1) { totalCount } } } }`,
        { id: workspaceId, ref },
      );
      expect(data.space.workspace.file.sha).toBe(git('rev-parse', 'main:README.md'));
    }
  });

  it('is where a branch begins and what is run, in any case', async () => {
    ok(await inWorkspace('POST', '/files', { path: 'commit.ipynb', branch: 'main' }), 201);
    for (const [n, from] of spellings().entries()) {
      const made = ok(await inRepository('POST', '/branches', { name: `at-${n}`, from }), 201);
      expect(made.commit_sha).toBe(git('rev-parse', 'main'));
      const run = await at.rest('POST', '/runs', {
        body: {
          ...{ workspace_id: workspaceId, path: 'commit.ipynb', ref: from },
          save_to: { path: `executed-${n}.ipynb` },
        },
      });
      expect(ok(run, 201).commit_sha).toBe(git('rev-parse', 'main'));
      await at.rest('POST', `/runs/${run.body.id}/cancel`);
    }
  });
});
