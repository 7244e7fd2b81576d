import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openGitHttpServer } from '../../support/git-http-server.js';
import {
  git,
  gitdirOf,
  mirror,
  platform,
  remote,
  save,
  selection,
  setUpMirrors,
  state,
  sync,
  syncFinished,
  tip,
} from './mirror-fixture.js';

setUpMirrors();

describe('credentials of a remote', () => {
  const secret = 'S3cr3t-that-nobody-may-see';

  it('authenticate to the remote, and appear in no answer, row or file', async () => {
    remote.credentials = `robot:${secret}`;
    remote.commit({ 'a.md': 'a' });
    const id = await mirror(`username: "robot", secret: "${secret}", pushAfterSave: true`);
    expect(await state(id)).toMatchObject({ syncStatus: 'synced', hasSecret: true, username: 'robot' });
    remote.credentials = `robot:another`;
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({
      syncStatus: 'error',
      lastError: 'The remote did not accept the credentials.',
    });

    const spellings = [
      secret,
      Buffer.from(`robot:${secret}`).toString('base64'),
      Buffer.from(secret).toString('hex'),
    ];
    const row = await platform.at.gateway.services.prisma.repositoryRemote.findUniqueOrThrow({
      where: { repositoryId: id },
    });
    const files = await readdir(gitdirOf(id), { recursive: true, withFileTypes: true });
    const kept = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    const everything = [JSON.stringify(await state(id)), JSON.stringify(row), ...kept].join('\n');
    for (const spelling of spellings) expect(everything).not.toContain(spelling);
    expect(Buffer.from(row.secret!).includes(secret)).toBe(false);
  });

  it('are used only for the host and user for which they were given', async () => {
    remote.credentials = `robot:${secret}`;
    const id = await mirror(`username: "robot", secret: "${secret}"`);
    const set = (input: string) =>
      `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${id}", input: {${input}}) { ${selection} }`;
    const other = await openGitHttpServer();
    try {
      expect(await platform.refused(set(`url: "${other.url}", username: "robot"`))).toBe(
        'invalid_request secret',
      );
      expect(await platform.refused(set(`url: "${remote.url}", username: "x"`))).toBe(
        'invalid_request secret',
      );
      expect(await platform.mutate(set(`url: "${remote.url}", username: "robot"`))).toMatchObject({
        hasSecret: true,
      });
      expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced' });
      expect(await platform.mutate(set(`url: "${other.url}", secret: null`))).toMatchObject({
        hasSecret: false,
      });
      expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced' });
      expect(other.requests.some(({ headers }) => headers.authorization)).toBe(false);
    } finally {
      await other.close();
    }
  });

  it('that the key cannot decrypt are reported as an error', async () => {
    const id = await mirror(`username: "robot", secret: "${secret}"`);
    const { prisma } = platform.at.gateway.services;
    await prisma.repositoryRemote.update({
      where: { repositoryId: id },
      data: { secret: new Uint8Array(60) },
    });
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({
      lastError: 'The stored secret cannot be decrypted with the key of this gateway; set it again.',
    });
  });
});

describe('a remote', () => {
  it.each([
    ['garbage', () => 'garbage' as const, /did not answer as a Git server/],
    ['a redirect inside', () => ({ redirectTo: 'http://169.254.169.254' }), /redirects to another address/],
    [
      'a redirect to a remote that is allowed',
      () => ({ redirectTo: remote.url }),
      /redirects to another address/,
    ],
  ])(
    'that answers %s is reported as an error, and the repository does not change',
    async (_name, mood, error) => {
      remote.commit({ 'a.md': 'a' });
      const id = await mirror();
      const before = tip(id);
      remote.commit({ 'a.md': 'b' });
      remote.mood = mood();
      await sync(id);
      expect(await syncFinished(id)).toMatchObject({
        syncStatus: 'error',
        lastError: expect.stringMatching(error),
      });
      expect(tip(id)).toBe(before);
    },
  );

  it.each([
    ['a symlink that leads outside', '120000 out', '/etc/passwd'],
    ['a name of 256 bytes', `100644 ${'n'.repeat(256)}`, 'x'],
  ])(
    'whose history contains %s is an error, and no object of it is stored until it is gone',
    async (...row) => {
      const [, entry, content] = row;
      const good = remote.commit({ 'a.md': 'a' });
      const bad = remote.commitEntry(entry, content);
      const above = remote.commitEntry('100644 b.md', 'b');
      const id = await mirror();
      expect(await state(id)).toMatchObject({
        syncStatus: 'error',
        lastError: expect.stringMatching(
          /^The remote holds files that this repository cannot take: .* It was refused because the (symlink|path) "/,
        ),
        lastSyncedAt: null,
      });
      expect(git(id, 'for-each-ref').split('\n')).toEqual([`${tip(id)} commit\trefs/heads/main`]);
      for (const oid of [good, bad, above]) expect(() => git(id, 'cat-file', '-e', oid)).toThrow();
      remote.setTip(good);
      await sync(id);
      expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced', lastError: null });
      expect(tip(id)).toBe(good);
      remote.setTip(above);
      await sync(id);
      expect(await syncFinished(id)).toMatchObject({ syncStatus: 'error' });
      expect(tip(id)).toBe(good);
      for (const oid of [bad, above]) expect(() => git(id, 'cat-file', '-e', oid)).toThrow();
    },
  );

  it('at a private address is refused, as an address or when its name is resolved', async () => {
    const create = (url: string) =>
      `createRepository(spaceSlug: "demo", input: {name: "inside", kind: project, remote: {url: "${url}"}}) { id }`;
    for (const url of [
      'http://169.254.169.254/x',
      'http://0x7f.2/',
      'http://[::ffff:10.0.0.1]/',
      'file:///etc',
    ]) {
      expect([url, await platform.refused(create(url))]).toEqual([url, 'invalid_request remote url']);
    }
    const { id } = await platform.mutate(create(`http://localhost:${remote.port}/repository.git`));
    expect(await syncFinished(id)).toMatchObject({
      lastError: 'The remote is at an address that the configuration does not allow.',
    });
    expect(remote.requests).toEqual([]);
  });

  it('is set, synced and removed by space admins only, and read by all who can view the repository', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror();
    const { editor, viewer, stranger } = platform;
    const at = `spaceSlug: "demo", repositoryId: "${id}"`;
    const calls = [
      `setRepositoryRemote(${at}, input: {url: "${remote.url}"}) { url }`,
      `syncRepository(${at}) { url }`,
      `removeRepositoryRemote(${at})`,
    ];
    for (const call of calls) {
      expect(await platform.refused(call, editor.token)).toBe('forbidden');
      expect(await platform.refused(call, stranger.token)).toBe('not_found');
    }
    const query = `repository(id: "${id}") { remote { url } }`;
    expect((await platform.space(query, viewer.token)).repository.remote.url).toBe(remote.url);
    await save(id, 'hidden.md', 'x');
    const { prisma } = platform.at.gateway.services;
    await prisma.workspace.updateMany({
      where: { defaultRepositoryId: id },
      data: { visibility: 'private' },
    });
    await expect(platform.space(query, viewer.token)).rejects.toThrow('forbidden');

    expect(await platform.mutate(calls[2]!)).toBe(true);
    expect(await platform.refused(calls[2]!)).toBe('not_found');
    expect(await platform.refused(calls[1]!)).toBe('not_found');
    expect((await platform.space(query)).repository.remote).toBeNull();
    expect(git(id, 'for-each-ref', 'refs/gateway')).toBe('');
    expect(tip(id)).not.toBeNull();
  });

  it.each([
    ['url: "https://u:p@example.com/a"', 'url'],
    ['url: "https://example.com/a#b"', 'url'],
    ['url: "https://example.com/a", fetchIntervalSeconds: 59', 'fetchIntervalSeconds'],
    ['url: "https://example.com/a", secret: "x"', 'username'],
    ['url: "https://example.com/a", username: "a:b", secret: "x"', 'username'],
    ['url: "https://example.com/a", username: "a", secret: ""', 'secret'],
    ['url: "https://example.com/a", username: "a", secret: "a\\nb"', 'secret'],
  ])('is refused with %s', async (input, field) => {
    const call = `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", input: {${input}}) { url }`;
    expect(await platform.refused(call)).toBe(`invalid_request ${field}`);
  });
});
