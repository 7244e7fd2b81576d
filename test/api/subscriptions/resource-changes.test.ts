import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeRepository } from '../../support/factories/make-repository.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import {
  at,
  files,
  listeners,
  listening,
  open,
  type Stream,
  setUpStreams,
  type Transport,
  transports,
  until,
  workspaces,
} from './subscription-fixture.js';

setUpStreams();

describe('workspaceChanged', () => {
  it.each<Transport>(transports)('sends every change of a workspace over %s', async (transport) => {
    const stream = await listening(workspaces, {}, at.token, transport);
    const { id } = await makeWorkspace(at, { visibility: 'space' });
    await until(() => stream.results.length === 1);
    await at.rest('PATCH', `/workspaces/${id}`, { body: { name: 'Renamed' } });
    await until(() => stream.results.length === 2);
    await at.rest('PUT', `/workspaces/${id}/access`, { body: { visibility: 'private', grants: [] } });
    await until(() => stream.results.length === 3);
    await at.rest('POST', `/workspaces/${id}/archive`);
    await at.rest('POST', `/workspaces/${id}/archive`);
    await until(() => stream.results.length === 4);
    await at.graphql(`mutation { unarchiveWorkspace(spaceSlug: "demo", id: "${id}") { id } }`);
    await until(() => stream.results.length === 5);
    expect(stream.results.map(({ data }) => data.workspaceChanged.change)).toEqual([
      'created',
      'updated',
      'access_changed',
      'archived',
      'unarchived',
    ]);
    expect(stream.results[1].data.workspaceChanged.workspace).toEqual({
      id,
      name: 'Renamed',
      effectivePermissions: { canEdit: true },
    });
  });

  it('sends no events of a private workspace of another user until it is shared', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const other = await makeUser(at, { role: 'viewer' });
    const stream = await listening(workspaces, {}, other.token);
    const { id } = await makeWorkspace(at, { visibility: 'private', token: owner.token });
    await at.rest('PATCH', `/workspaces/${id}`, { token: owner.token, body: { name: 'Secret' } });
    const { id: shared } = await makeWorkspace(at, { name: 'Mine', visibility: 'space', token: owner.token });
    await until(() => stream.results.length === 1);
    await at.rest('PUT', `/workspaces/${id}/access`, {
      token: owner.token,
      body: {
        visibility: 'shared',
        grants: [{ principal_type: 'user', principal_id: other.id, access_level: 'view' }],
      },
    });
    await until(() => stream.results.length === 2);
    expect(stream.results.map(({ data }) => data.workspaceChanged)).toEqual([
      {
        change: 'created',
        workspace: { id: shared, name: 'Mine', effectivePermissions: { canEdit: false } },
      },
      {
        change: 'access_changed',
        workspace: { id, name: 'Secret', effectivePermissions: { canEdit: false } },
      },
    ]);
  });

  it('refuses with the same codes as the query', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const member = await makeUser(at, { role: 'viewer' });
    const stranger = await makeUser(at);
    const blind = await makeUser(at, { role: 'editor', scopes: ['write'] });
    const { id } = await makeWorkspace(at, { visibility: 'private', token: owner.token });
    const code = async (token: string, variables: object) => {
      const stream = open(workspaces, variables, token);
      await stream.ended;
      return stream.results[0].errors[0].extensions.code;
    };
    expect(await code(member.token, { id })).toBe('forbidden');
    expect(await code(stranger.token, {})).toBe('not_found');
    expect(await code(blind.token, {})).toBe('insufficient_scope');
    expect(await code(member.token, { id: 'no-uuid' })).toBe('not_found');
    expect(await code(member.token, { id: '00000000-0000-4000-8000-0000000000ff' })).toBe('not_found');
  });
});

describe('fileChanged', () => {
  const onDemo = { id: demo.workspaceId };
  const save = (method: string, path: string, body: object) =>
    at.rest(method, `/workspaces/${demo.workspaceId}${path}`, { body });
  const changes = (stream: Stream) => stream.results.map(({ data }) => data.fileChanged);

  it('sends a rename and the file that takes the old path as such', async () => {
    const made = await save('POST', '/files', { path: 'old.ipynb' });
    const stream = await listening(files, onDemo);
    const { data } = await at.graphql(
      `mutation($in: FileAddress!, $input: CommitFilesInput!) {
        commitFiles(spaceSlug: "demo", in: $in, input: $input) { commitSha } }`,
      {
        in: { workspaceId: demo.workspaceId },
        input: {
          changes: [
            { rename: { path: 'old.ipynb', newPath: 'new.ipynb' } },
            { create: { path: 'old.ipynb', notebook: made.body.notebook } },
          ],
          commitMessage: 'Both',
        },
      },
    );
    await until(() => stream.results.length === 2);
    const { commitSha } = data.commitFiles;
    expect(changes(stream)).toMatchObject([
      {
        commitSha,
        path: 'new.ipynb',
        change: 'renamed',
        previousPath: 'old.ipynb',
        notebookId: made.body.notebook_id,
      },
      { commitSha, path: 'old.ipynb', change: 'created', previousPath: null },
    ]);
    expect(changes(stream)[1].notebookId).not.toBe(made.body.notebook_id);
  });

  it('sends one event for each created, saved and renamed file', async () => {
    const stream = await listening(files, onDemo);
    const made = await save('POST', '/files', { path: 'a.ipynb' });
    expect(made.status).toBe(201);
    await until(() => stream.results.length === 1);
    const notebook = { ...made.body.notebook, metadata: { title: 'x' } };
    const saved = await save('PUT', '/file', { path: 'a.ipynb', notebook, commit_message: 'Title it' });
    expect(saved.status).toBe(200);
    await until(() => stream.results.length === 2);
    const renamed = await save('POST', '/authoring-file/rename', { path: 'a.ipynb', new_path: 'b.ipynb' });
    expect(renamed.status).toBe(200);
    await until(() => stream.results.length === 3);
    await sleep(1_500);
    const { author } = saved.body.version;
    const common = {
      branch: 'main',
      notebookId: made.body.notebook_id,
      author: { userId: author.user_id, name: author.name, email: author.email },
    };
    expect(author.user_id).toBeTruthy();
    expect(changes(stream)).toEqual([
      {
        ...common,
        path: 'a.ipynb',
        change: 'created',
        previousPath: null,
        sha: made.body.sha,
        commitSha: made.body.commit_sha,
        commitMessage: 'Create a.ipynb',
      },
      {
        ...common,
        path: 'a.ipynb',
        change: 'updated',
        previousPath: null,
        sha: saved.body.sha,
        commitSha: saved.body.commit_sha,
        commitMessage: 'Title it',
      },
      {
        ...common,
        path: 'b.ipynb',
        change: 'renamed',
        previousPath: 'a.ipynb',
        sha: saved.body.sha,
        commitSha: renamed.body.commit_sha,
        commitMessage: 'Rename a.ipynb to b.ipynb',
      },
    ]);
  });

  it('sends the changes of a native push, also deletions and those of a forced push', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'));
    const bare = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Out', '-c', 'user.email=out@example.com', ...args], {
        cwd: clone,
        encoding: 'utf8',
      }).trim();
    try {
      git('clone', '-q', bare, '.');
      const stream = await listening(files, onDemo);
      writeFileSync(join(clone, 'pushed.txt'), 'one\n');
      git('add', '.');
      git('commit', '-qm', 'From outside');
      const first = git('rev-parse', 'HEAD');
      git('rm', '-q', 'pushed.txt');
      git('commit', '-qm', 'Away with it');
      git('push', '-q', 'origin', 'main');
      await until(() => stream.results.length === 2);
      expect(changes(stream)).toMatchObject([
        {
          path: 'pushed.txt',
          change: 'created',
          commitSha: first,
          notebookId: null,
          author: { userId: null, name: 'Out', email: 'out@example.com' },
          commitMessage: 'From outside',
        },
        { path: 'pushed.txt', change: 'deleted', sha: null, commitMessage: 'Away with it' },
      ]);
      git('reset', '-q', '--hard', first);
      git('push', '-q', '--force', 'origin', 'main');
      await until(() => stream.results.length === 3);
      expect(changes(stream)[2]).toMatchObject({ path: 'pushed.txt', change: 'created', commitSha: first });
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it('loses no event for a client that reads nothing for a while', async () => {
    const stream = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: files, variables: onDemo }),
    });
    const paths = Array.from({ length: 40 }, (_, index) => `many/${index}.txt`);
    for (const path of paths) await save('POST', '/authoring-files', { path, content: path });
    let text = '';
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('many/39.txt')) break;
    }
    const seen = [...text.matchAll(/"path":"(many\/\d+\.txt)"/g)].map((match) => match[1]);
    expect(seen).toEqual(paths);
  });

  it('refuses an unknown and a malformed branch', async () => {
    for (const [branch, code] of [
      ['nowhere', 'not_found'],
      ['a..b', 'invalid_ref'],
      ['nul\0', 'invalid_ref'],
    ]) {
      const stream = open(files, { ...onDemo, branch });
      await stream.ended;
      expect(stream.results[0].errors[0].extensions.code).toBe(code);
    }
    expect(listeners()).toBe(0);
  });

  it('ends when the workspace moves to another repository', async () => {
    const { id } = await makeWorkspace(at, { visibility: 'space' });
    const repository = await makeRepository(at);
    const stream = await listening(files, { id });
    await at.rest('PATCH', `/workspaces/${id}`, { body: { default_repository_id: repository.id } });
    await stream.ended;
    expect(stream.results.at(-1).errors[0].extensions.code).toBe('not_found');
  });
});
