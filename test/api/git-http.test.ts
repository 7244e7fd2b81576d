import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let client: GitClient;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
});
afterAll(async () => {
  const gitdir = join(on.at.dataDir, 'repositories', `${demo.repositoryId}.git`);
  execFileSync('git', ['--git-dir', gitdir, 'fsck', '--full', '--strict', '--no-dangling'], {
    stdio: 'pipe',
  });
  await on.at.close();
  await client.remove();
});

const url = (token: string) => gitUrl(on.at.url, token);
const clone = async (name: string, token = on.at.token, ...options: string[]) => {
  await client.ok('clone', '-q', ...options, url(token), name);
  return name;
};
const tip = (branch = 'main') =>
  on
    .space(`repository(id: "${demo.repositoryId}") { branches(first: 100) { nodes { name commitSha } } }`)
    .then(
      ({ repository }) =>
        repository.branches.nodes.find(({ name }: { name: string }) => name === branch)?.commitSha,
    );
const file = (path: string, branch = 'main') =>
  on.at.rest('GET', `/workspaces/${demo.workspaceId}/authoring-file?path=${path}&ref=${branch}`);

describe.each(['0', '1', '2'])('Git over protocol version %s', (version) => {
  const v = ['-c', `protocol.version=${version}`];

  it('a commit pushed from one clone is pulled by another', async () => {
    const [one, two] = [`one-${version}`, `two-${version}`];
    await client.ok(...v, 'clone', '-q', url(on.editor.token), one);
    await client.ok(...v, 'clone', '-q', url(on.viewer.token), two);
    const oid = await client.commit(one, `pushed-${version}.txt`, 'pushed\n');
    await client.ok(...v, '-C', one, 'push', '-q');
    expect(await tip()).toBe(oid);
    expect((await file(`pushed-${version}.txt`)).body.content).toBe('pushed\n');
    await client.ok(...v, '-C', two, 'pull', '-q');
    expect(await readFile(join(client.folder, two, `pushed-${version}.txt`), 'utf8')).toBe('pushed\n');
  });

  it('a shallow and a partial clone can fetch and push', async () => {
    const shallow = `shallow-${version}`;
    await client.ok(...v, 'clone', '-q', '--depth', '1', url(on.editor.token), shallow);
    expect(await client.ok('-C', shallow, 'rev-list', '--count', 'HEAD')).toBe('1');
    const oid = await client.commit(shallow, `shallow-${version}.txt`, 'x');
    await client.ok(...v, '-C', shallow, 'push', '-q');
    expect(await tip()).toBe(oid);
    const partial = `partial-${version}`;
    await client.ok(
      ...v,
      'clone',
      '-q',
      '--filter=blob:none',
      '--no-checkout',
      url(on.editor.token),
      partial,
    );
    await client.ok(...v, '-C', partial, 'checkout', '-q', 'main');
    const partialOid = await client.commit(partial, `partial-${version}.txt`, 'x');
    await client.ok(...v, '-C', partial, 'push', '-q');
    expect(await tip()).toBe(partialOid);
  });
});

it('a save over the API is pulled by a clone', async () => {
  const name = await clone('saves', on.viewer.token);
  const made = await on.at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
    body: { path: 'saved.txt', content: 'saved\n' },
    token: on.editor.token,
  });
  expect(made.status).toBe(201);
  await client.ok('-C', name, 'pull', '-q');
  expect(await client.ok('-C', name, 'show', 'HEAD:saved.txt')).toBe('saved');
});

describe('the Git HTTP protocol', () => {
  const at = (path: string, init: RequestInit = {}, token: string | null = on.editor.token) =>
    fetch(`${on.at.url}/git/${path}`, {
      ...init,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
    });
  const fetchRequest = {
    'content-type': 'application/x-git-upload-pack-request',
    'git-protocol': 'version=2',
  };
  const lsRefs = Buffer.from('0014command=ls-refs\n0000');

  it('sends the content types and cache headers that Git requires', async () => {
    const refs = await at('demo/welcome.git/info/refs?service=git-upload-pack');
    expect(refs.headers.get('content-type')).toBe('application/x-git-upload-pack-advertisement');
    expect(refs.headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate');
    expect((await refs.text()).startsWith('001e# service=git-upload-pack\n0000')).toBe(true);
    const two = await at('demo/welcome.git/info/refs?service=git-upload-pack', { headers: fetchRequest });
    expect((await two.text()).startsWith('000eversion 2\n')).toBe(true);
    const push = await at('demo/welcome.git/info/refs?service=git-receive-pack');
    expect(push.headers.get('content-type')).toBe('application/x-git-receive-pack-advertisement');
    const offered = await push.text();
    expect(offered).toContain('report-status');
    expect(offered).toContain('push-options');
    const answer = await at('demo/welcome.git/git-upload-pack', {
      method: 'POST',
      headers: fetchRequest,
      body: lsRefs.toString(),
    });
    expect(answer.headers.get('content-type')).toBe('application/x-git-upload-pack-result');
    expect(await answer.text()).toContain(' refs/heads/main');
  });

  it('accepts a gzip body, and refuses a malformed one and one that expands without end', async () => {
    const post = (body: Buffer, encoding = 'gzip') =>
      at('demo/welcome.git/git-upload-pack', {
        method: 'POST',
        headers: { ...fetchRequest, 'content-encoding': encoding },
        body: new Uint8Array(body),
      });
    expect(await (await post(gzipSync(lsRefs))).text()).toContain(' refs/heads/main');
    expect((await post(Buffer.from('no gzip'))).status).toBe(400);
    for (const coding of ['GZIP', 'x-gzip', 'X-Gzip'])
      expect(await (await post(gzipSync(lsRefs), coding)).text()).toContain(' refs/heads/main');
    expect(await (await post(lsRefs, 'Identity')).text()).toContain(' refs/heads/main');
    for (const coding of ['br', 'gzip, gzip']) {
      const refused = await post(lsRefs, coding);
      expect([refused.status, refused.headers.get('accept-encoding')]).toEqual([415, 'gzip, identity']);
    }
    const endless = Buffer.from(`0014command=ls-refs\n0001${'0010ref-prefix x'.repeat(1_200_000)}`);
    expect((await post(gzipSync(endless))).status).toBe(413);
    const push = (body: Buffer) =>
      at('demo/welcome.git/git-receive-pack', {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-receive-pack-request', 'content-encoding': 'gzip' },
        body: new Uint8Array(body),
      });
    const bomb = await push(gzipSync(Buffer.concat([Buffer.from('fff0'), Buffer.alloc(100_000_000, 'x')])));
    expect(bomb.status).toBe(400);
    expect(await bomb.text()).toContain('malformed');
  });

  it('refuses a malformed request with a sentence', async () => {
    const none = await at('demo/welcome.git/info/refs?service=git-upload-pack', {}, null);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Basic realm="/),
    ]);
    expect(none.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    for (const [path, init, status] of [
      ['demo/welcome.git/info/refs', {}, 403],
      ['demo/welcome.git/HEAD', {}, 403],
      ['demo/welcome.git/objects/info/packs', {}, 403],
      ['demo/welcome.git/info/refs?service=git-shell', {}, 403],
      ['demo/welcome.git/config', {}, 404],
      ['demo/welcomes/info/refs?service=git-upload-pack', {}, 404],
      ['demo/..%2fwelcome.git/info/refs?service=git-upload-pack', {}, 404],
      ['demo/%00.git/info/refs?service=git-upload-pack', {}, 404],
      ['demo/%ff.git/info/refs?service=git-upload-pack', {}, 404],
      ['demo/welcome.git/git-upload-pack', {}, 405],
      ['demo/welcome.git/git-upload-pack', { method: 'POST', body: 'x' }, 415],
      ['demo/welcome.git/git-upload-pack', { method: 'POST', headers: fetchRequest, body: 'nonsense' }, 400],
    ] as const) {
      const answer = await at(path, init);
      expect([path, answer.status]).toEqual([path, status]);
      expect(await answer.text()).not.toMatch(/fatal|\/tmp\//);
    }
    const push = (body: string) =>
      at('demo/welcome.git/git-receive-pack', {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-receive-pack-request' },
        body,
      });
    const lines = ['zzzz', '0003', 'ffff', '0009hello', '0032want nothing', `000epush-cert\0x0000`];
    for (const body of lines) expect([body, (await push(body)).status]).toEqual([body, 400]);
    expect((await push('0000')).status).toBe(200);
  });

  it('hides internal refs', async () => {
    const name = await clone('hidden', on.editor.token);
    await client.ok('-C', name, 'push', '-q', 'origin', 'HEAD:refs/heads/gone');
    await client.ok('-C', name, 'push', '-q', 'origin', ':gone');
    const gitdir = join(on.at.dataDir, 'repositories', `${demo.repositoryId}.git`);
    const hidden = execFileSync('git', ['--git-dir', gitdir, 'for-each-ref', 'refs/gateway'], {
      encoding: 'utf8',
    });
    expect(hidden).toContain('refs/gateway/replaced/gone/');
    for (const version of ['0', '2']) {
      const seen = await client.ok('-c', `protocol.version=${version}`, 'ls-remote', url(on.editor.token));
      expect(seen).not.toContain('refs/gateway');
    }
    const pushed = await client.git('-C', name, 'push', 'origin', 'HEAD:refs/gateway/mine');
    expect(pushed.err).toContain('only branches and tags with valid names can be pushed');
  });
});
