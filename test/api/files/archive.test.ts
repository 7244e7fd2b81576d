import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../../support/git-client.js';

const attributes = [
  'secret.txt export-ignore',
  'version.txt export-subst ident',
  '*.md text eol=crlf',
  '*.u16 working-tree-encoding=UTF-16',
].join('\n');
// More than the buffers of a connection on one machine hold.
const large = randomBytes(16_000_000);
const files: Record<string, Buffer> = {
  '.gitattributes': Buffer.from(attributes),
  'secret.txt': Buffer.from('kept\n'),
  'version.txt': Buffer.from('$Format:%H%n%ae$ $Id$\n'),
  'lines.md': Buffer.from('a\nb\n'),
  'text.u16': Buffer.from('as it is\n'),
  'empty.bin': Buffer.alloc(0),
  'large.bin': large,
  'ö/run.sh': Buffer.from('#!/bin/sh\n'),
  [`${'long/'.repeat(30)}name.txt`]: Buffer.from('deep\n'),
};

let at: TestGateway;
let client: GitClient;
let commit: string;
beforeAll(async () => {
  at = await openTestGateway();
  client = await gitClient();
  await client.ok('clone', '-q', gitUrl(at.url, at.token), 'here');
  const folder = join(client.folder, 'here');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  chmodSync(join(folder, 'ö/run.sh'), 0o755);
  symlinkSync('lines.md', join(folder, 'link'));
  writeFileSync(join(folder, 'back\\slash.txt'), 'windows\n');
  // Of this clone only: the files are committed as they are.
  mkdirSync(join(folder, '.git/info'), { recursive: true });
  writeFileSync(join(folder, '.git/info/attributes'), '* -text !eol -ident !working-tree-encoding\n');
  await client.ok('-C', 'here', 'add', '-A');
  commit = await client.commit('here', 'README.md', '# Demo\n');
  await client.ok('-C', 'here', 'push', '-q');
});
afterAll(async () => {
  await at.close();
  await client.remove();
});

const path = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}/archive`;

async function read(query = '', headers = {}) {
  const answer = await fetch(`${at.url}${path}?${query}`, {
    headers: { authorization: `Bearer ${at.token}`, ...headers },
  });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** What Python finds in an archive: the sha256 and the mode of each file by its name. */
function contentOf(bytes: Buffer, format: 'zip' | 'tar.gz'): Record<string, [string, number]> {
  const found = execFileSync('python3', ['test/support/read-archive.py', format], {
    input: bytes,
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(found.toString());
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('an archive', () => {
  it.each(['zip', 'tar.gz'] as const)('as %s has the stored bytes of every regular file', async (format) => {
    const { answer, bytes } = await read(`format=${format}`);
    expect(answer.status).toBe(200);
    const name = `Welcome-${commit.slice(0, 7)}`;
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${name}.${format}`);
    expect(answer.headers.get('content-type')).toBe(
      format === 'zip' ? 'application/zip' : 'application/gzip',
    );
    const content = contentOf(bytes, format);
    for (const [path, stored] of Object.entries(files))
      expect([path, content[`${name}/${path}`]?.[0]]).toEqual([path, sha256(stored)]);
    expect(content[`${name}/ö/run.sh`]![1]).toBe(0o755);
    expect(content[`${name}/lines.md`]![1]).toBe(0o644);
    const names = Object.keys(content);
    expect(names).toContain(`${name}/${demo.notebookPath}`);
    expect(names.filter((one) => one.includes('link') || one.includes('slash'))).toEqual([]);
    expect(names.every((one) => one.startsWith(`${name}/`))).toBe(true);
  });

  it('has a tag that changes with the format and the commit, and is answered 304', async () => {
    const { answer } = await read();
    const tag = answer.headers.get('etag')!;
    expect(tag.startsWith(`"${commit}.`)).toBe(true);
    expect((await read('', { 'if-none-match': tag })).answer.status).toBe(304);
    expect((await read(`ref=${commit}`)).answer.headers.get('etag')).toBe(tag);
    expect((await read('format=tar.gz')).answer.headers.get('etag')).not.toBe(tag);
    expect((await read(`ref=${commit}~1`)).answer.status).toBe(400);
    const before = await client.ok('-C', 'here', 'rev-parse', 'HEAD~1');
    expect((await read(`ref=${before}`)).answer.headers.get('etag')).not.toBe(tag);
  });

  it('is the same in GraphQL', async () => {
    const query = `subscription { archiveContent(spaceSlug: "demo", in: {workspaceId: "${demo.workspaceId}"}) {
      fileName commitSha base64 } }`;
    const answer = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${at.token}`, accept: 'text/event-stream' },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query }),
    });
    const parts = [...(await answer.text()).matchAll(/^data: (\{.*)$/gm)].map(
      ([, data]) => JSON.parse(data!).data.archiveContent,
    );
    expect(parts[0]).toMatchObject({
      fileName: `Welcome-${commit.slice(0, 7)}.zip`,
      commitSha: commit,
      base64: '',
    });
    const bytes = Buffer.concat(parts.map(({ base64 }) => Buffer.from(base64, 'base64')));
    expect(sha256(bytes)).toBe(sha256((await read()).bytes));
  });

  it('needs the permission to view the workspace', async () => {
    const stranger = await makeUser(at, { role: 'viewer' });
    const { prisma } = at.gateway.services;
    await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { visibility: 'private' } });
    const { status, body } = await at.rest('GET', `/workspaces/${demo.workspaceId}/archive`, stranger);
    await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { visibility: 'space' } });
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });
});

it('clients that do not read hold their slots only until they leave', async () => {
  const begin = async () => {
    const sent = request(`${at.url}${path}?format=tar.gz`, {
      headers: { authorization: `Bearer ${at.token}` },
      agent: false,
    }).on('error', () => {});
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { sent, response: response.on('error', () => {}).pause() };
  };
  const stalled = [await begin(), await begin()];
  let isDone = false;
  const third = read('format=tar.gz').then(({ answer }) => {
    isDone = true;
    return answer.status;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isDone).toBe(false);
  stalled[0]!.sent.destroy();
  expect(await third).toBe(200);
  stalled[1]!.sent.destroy();
});
