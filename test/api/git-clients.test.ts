import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let client: GitClient;
let repositoryId: string;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
  repositoryId = (await create('clients')).id;
  await client.ok('clone', '-q', url('clients'), 'clients');
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

const create = (name: string) =>
  on.mutate(`createRepository(spaceSlug: "demo", input: {name: "${name}", kind: analysis}) { id }`);
const url = (name: string) => gitUrl(on.at.url, on.editor.token, `demo/${name}`);
const onDisk = (...args: string[]) =>
  execFileSync('git', ['--git-dir', join(on.at.dataDir, 'repositories', `${repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();

describe('what Git clients expect of a host', () => {
  it('the address works with .git and without', async () => {
    const bare = url('clients').replace(/\.git$/, '');
    expect(bare).not.toContain('.git');
    await client.ok('clone', '-q', bare, 'without');
    const oid = await client.commit('without', 'a.txt', 'a');
    await client.ok('-C', 'without', 'push', '-q', 'origin', 'HEAD:refs/heads/main');
    expect(onDisk('rev-parse', 'main')).toBe(oid);
    const unknown = await client.git('clone', '-q', url('none').replace(/\.git$/, ''), 'none');
    expect(unknown.err).toContain('not found');
  });

  it('a push may have options', async () => {
    await client.ok('-C', 'clients', 'pull', '-q', '--rebase');
    const oid = await client.commit('clients', 'b.txt', 'b');
    const options = ['-o', 'ci.skip', '--push-option', 'topic=grün'];
    await client.ok('-C', 'clients', 'push', '-q', ...options, 'origin', 'HEAD:refs/heads/options');
    expect(onDisk('rev-parse', 'options')).toBe(oid);
    const many = await client.git(
      '-C',
      'clients',
      ...['push', ...Array.from({ length: 3 }, () => ['-o', 'x'.repeat(30_000)]).flat()],
      ...['origin', 'HEAD:refs/heads/many'],
    );
    expect(many.err).toContain('its options are over 64 KiB');
  });

  it('Git LFS gets the answer that it is not offered', async () => {
    for (const path of ['objects/batch', 'locks/verify']) {
      const answer = await fetch(`${on.at.url}/git/demo/clients.git/info/lfs/${path}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`x:${on.editor.token}`).toString('base64')}`,
          'content-type': 'application/vnd.git-lfs+json',
        },
        body: '{}',
      });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('application/vnd.git-lfs+json');
      expect(await answer.json()).toMatchObject({
        message: expect.stringMatching(/^Git LFS is not offered here/),
      });
    }
    const anonymous = await fetch(`${on.at.url}/git/demo/clients.git/info/lfs/objects/batch`, {
      method: 'POST',
    });
    expect(anonymous.status).toBe(401);
  });

  it('a history of its own replaces the first commit of a new repository, and nothing else', async () => {
    repositoryId = (await create('fresh')).id;
    await client.ok('init', '-q', '-b', 'main', 'fresh');
    const first = await client.commit('fresh', 'own.txt', 'own');
    const push = () => client.git('-C', 'fresh', 'push', '--force', url('fresh'), 'HEAD:refs/heads/main');
    expect((await push()).code).toBe(0);
    expect(onDisk('rev-parse', 'main')).toBe(first);
    const files = await on.at.rest('GET', `/repositories/${repositoryId}/files?kind=all`);
    expect(files.body.items.map(({ path }: { path: string }) => path)).toEqual(['own.txt']);
    await client.ok('-C', 'fresh', 'commit', '-q', '--amend', '-m', 'Another first commit');
    expect((await push()).err).toContain('non-fast-forward');
    expect(onDisk('rev-parse', 'main')).toBe(first);
  });
});

describe('a ref', () => {
  let files: (ref: string) => Promise<any>;
  beforeAll(async () => {
    repositoryId = (await create('refs')).id;
    onDisk('branch', 'topic/a', 'main');
    onDisk('tag', '-a', '-m', 'A tag', 'v1', 'main');
    const path = `/repositories/${repositoryId}/files?kind=all&ref=`;
    files = (ref) => on.at.rest('GET', path + encodeURIComponent(ref));
  });

  it.each(['topic/a', 'heads/topic/a', 'refs/heads/topic/a', 'v1', 'tags/v1', 'refs/tags/v1'])(
    'may be given as %s',
    async (ref) => {
      expect(await files(ref)).toMatchObject({ status: 200, body: { total: 1 } });
      const { data } = await on.at.graphql(
        `query($ref: String) { space(slug: "demo") { repository(id: "${repositoryId}") {
          file(path: "README.md", ref: $ref) { branch ref } } } }`,
        { ref },
      );
      expect(data.space.repository.file).toEqual({ branch: ref.includes('v1') ? null : 'topic/a', ref });
    },
  );

  it('may be the first digits of a commit, from seven on', async () => {
    const oid = onDisk('rev-parse', 'main');
    for (const length of [7, 12, 39, 40])
      expect(await files(oid.slice(0, length))).toMatchObject({ status: 200, body: { total: 1 } });
    expect((await files(oid.slice(0, 6))).status).toBe(404);
    const tree = onDisk('rev-parse', 'main^{tree}');
    expect((await files(tree.slice(0, 12))).status).toBe(404);
    expect((await files('0123456')).status).toBe(404);
  });

  it('is first the name of a branch', async () => {
    const oid = onDisk('rev-parse', 'main');
    const digits = oid.slice(0, 8);
    onDisk('branch', digits, 'main');
    onDisk('branch', 'heads/topic/a', 'main');
    for (const ref of [digits, 'heads/topic/a']) expect((await files(ref)).status).toBe(200);
  });

  it('that several commits begin with is refused', async () => {
    const tree = onDisk('rev-parse', 'main^{tree}');
    const seen = new Map<string, string>();
    for (let n = 0; ; n++) {
      const body = `tree ${tree}\nauthor A <a@x> ${n} +0000\ncommitter A <a@x> ${n} +0000\n\nm\n`;
      const digits = createHash('sha1').update(`commit ${body.length}\0${body}`).digest('hex').slice(0, 7);
      const other = seen.get(digits);
      seen.set(digits, body);
      if (other === undefined) continue;
      const args = ['--git-dir', join(on.at.dataDir, 'repositories', `${repositoryId}.git`)];
      for (const input of [body, other])
        execFileSync('git', [...args, 'hash-object', '-t', 'commit', '-w', '--stdin'], { input });
      expect(await files(digits)).toMatchObject({
        status: 400,
        body: {
          code: 'invalid_ref',
          detail: expect.stringContaining('Several commits begin with these digits'),
        },
      });
      return;
    }
  });
});
