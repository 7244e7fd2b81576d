import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { RemoteFault } from '../../../../src/engines/git/remote-fault.js';
import { fetchRemote } from '../../../../src/engines/git/remotes/fetch-remote.js';
import { remoteLimits } from '../../../../src/remotes/remote-limits.js';
import { type GitHttpServer, openGitHttpServer } from '../../../support/git-http-server.js';
import { buildPack, oidOf, type PackedObject, treeBytes } from '../../../support/hostile-pack.js';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from '../git-fixture.js';
import { push } from './push.js';

let at: GitFixture;
let remote: GitHttpServer;
beforeAll(async () => {
  [at, remote] = await Promise.all([gitFixture(), openGitHttpServer()]);
});
afterAll(async () => {
  await remote.close();
  await at.remove();
});

const blob: PackedObject = { type: 'blob', content: bytes('text\n') };
const blobOid = oidOf('blob', blob.content);
const plain = treeBytes([['100644', 'a.txt', blobOid]]);
const author = 'Ada <ada@example.org> 1300000000 +0000';

/** A history of one commit: a tree with one file, and the lines of its identities. */
function history(given: { author?: string; committer?: string; tree?: Buffer; inner?: Buffer }) {
  const inner: PackedObject[] = given.inner ? [{ type: 'tree', content: given.inner }] : [];
  const tree: PackedObject = { type: 'tree', content: given.tree ?? plain };
  const lines = [
    `tree ${oidOf('tree', tree.content)}`,
    `author ${given.author ?? author}`,
    `committer ${given.committer ?? author}`,
  ];
  const commit: PackedObject = { type: 'commit', content: bytes(`${lines.join('\n')}\n\nFirst\n`) };
  return { commitOid: oidOf('commit', commit.content), objects: [commit, tree, ...inner, blob] };
}

const inner = treeBytes([['0100644', 'b.txt', blobOid]]);
const padded = treeBytes([
  ['0100644', 'a.txt', blobOid],
  ['040000', 'folder', oidOf('tree', inner)],
]);

const harmless: [string, Parameters<typeof history>[0]][] = [
  ['badTimezone', { author: 'Ada <ada@example.org> 1300000000 +051800' }],
  ['zeroPaddedFilemode', { tree: padded, inner }],
  ['zeroPaddedDate', { author: 'Ada <ada@example.org> 01300000000 +0000' }],
  ['missingNameBeforeEmail', { author: '<ada@example.org> 1300000000 +0000' }],
  ['missingSpaceBeforeDate', { author: 'Ada <ada@example.org>1300000000 +0000' }],
  ['missingSpaceBeforeEmail', { author: 'Ada<ada@example.org> 1300000000 +0000' }],
  ['badEmail', { author: 'Ada <ada@example.org 1300000000 +0000' }],
  ['badName', { author: 'Ada> <ada@example.org> 1300000000 +0000' }],
  ['missingEmail', { author: 'Ada 1300000000 +0000' }],
];
const harmful: [string, Parameters<typeof history>[0]][] = [
  ['badDate', { author: 'Ada <ada@example.org> soon +0000' }],
  ['badDateOverflow', { author: 'Ada <ada@example.org> 99999999999999999999999 +0000' }],
  ['multipleAuthors', { author: `${author}\nauthor ${author}` }],
  ['contains a path that is a spelling of .git', { tree: treeBytes([['100644', '.git', blobOid]]) }],
  [
    'is not sorted',
    {
      tree: treeBytes([
        ['100644', 'b', blobOid],
        ['100644', 'a', blobOid],
      ]),
    },
  ],
];

async function fetched(objects: PackedObject[], commitOid: string): Promise<string> {
  for (const { type, content } of objects) {
    const args = ['--git-dir', remote.gitdir, 'hash-object', '-t', type, '-w', '--stdin', '--literally'];
    nativeGit(args, { input: content });
  }
  remote.setTip(commitOid);
  const access = { url: remote.url, pinned: null, credentials: null };
  const quarantine = join(at.root, `quarantine-${randomUUID()}`);
  const options = { limits: remoteLimits, signal: new AbortController().signal };
  const native = (await findNativeGit())!;
  return fetchRemote(native, { gitdir: at.gitdir, quarantine }, access, options).then(
    () => 'ok',
    (error) => {
      if (!(error instanceof RemoteFault)) throw error;
      return `${error.code}: ${error.subject}`;
    },
  );
}

describe('a history of old programs', () => {
  it.each(harmless)('is taken with %s: pushed, read, and committed to', async (fault, given) => {
    const { commitOid, objects } = history(given);
    const report = await push(at.store, at.id, {
      commands: [[null, commitOid, `refs/heads/${fault}`]],
      pack: buildPack(objects),
    });
    expect(report).toMatch(/unpack ok/);
    const { author } = await at.repository.readCommit(commitOid);
    expect(author.name + author.email).toContain(
      'ada@example.org'.slice(0, fault === 'missingEmail' ? 0 : 15),
    );
    const paths = (await at.repository.listFiles(commitOid)).map(({ path }) => path);
    expect(paths).toEqual(fault === 'zeroPaddedFilemode' ? ['a.txt', 'folder/b.txt'] : ['a.txt']);
    const { commitOid: next } = await at.repository.commit({
      branch: fault,
      changes: [
        { kind: 'create', path: 'b.txt', bytes: bytes('b') },
        { kind: 'create', path: 'folder/c.txt', bytes: bytes('c') },
        { kind: 'save', path: 'a.txt', bytes: bytes('changed') },
      ],
      author: someone,
      committer: someone,
      message: 'Go on',
    });
    const listed = at.git('ls-tree', '-r', '--name-only', next).split('\n');
    expect(listed).toEqual([...paths, 'b.txt', 'folder/c.txt'].sort());
    const changed = [];
    for await (const { changes } of at.repository.history(commitOid, next)) changed.push(...changes);
    expect(changed.map(({ path }) => path)).toEqual(['a.txt', 'b.txt', 'folder/c.txt']);
  });

  it.each(harmless)('is fetched with %s', async (fault, given) => {
    const { commitOid, objects } = history({ ...given, committer: `${fault} <x@example.org> 1 +0000` });
    expect(await fetched(objects, commitOid)).toBe('ok');
    expect(at.git('cat-file', '-t', commitOid)).toBe('commit');
  });

  it.each(harmful)('is refused, and the object named, where it %s', async (fault, given) => {
    const { commitOid, objects } = history(given);
    const command: [null, string, string] = [null, commitOid, 'refs/heads/refused'];
    const report = await push(at.store, at.id, { commands: [command], pack: buildPack(objects) });
    expect(report).toMatch(/unpack object [0-9a-f]{40} /);
    expect(report).toContain(fault);
    const refused = await fetched(objects, commitOid);
    expect(refused).toMatch(/^malformed: object [0-9a-f]{40} /);
    expect(refused).toContain(fault);
  });
});
