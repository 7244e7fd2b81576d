import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import {
  buildPack,
  commitBytes,
  oidOf,
  type PackedObject,
  repeatingDelta,
  treeBytes,
} from '../../../support/hostile-pack.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';
import { push } from './push.js';

let at: GitFixture;
let store: GitStore;
let refs: string;
beforeAll(async () => {
  at = await gitFixture();
  store = new GitStore({ leases: new LocalLeases(), root: at.root, native: await findNativeGit() });
  refs = at.git('for-each-ref');
});
afterEach(() => {
  expect(at.git('for-each-ref')).toBe(refs);
  expect(readdirSync(join(at.gitdir, 'objects/pack'))).toEqual([]);
  expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
});
afterAll(() => {
  at.fsck();
  at.remove();
});

type Entries = Parameters<typeof treeBytes>[0];
const blob: PackedObject = { type: 'blob', content: Buffer.from('text\n') };
const blobOid = oidOf('blob', blob.content);
const tree = (...entries: Entries): PackedObject => ({ type: 'tree', content: treeBytes(entries) });
const oid = ({ type, content }: PackedObject) => oidOf(type, content);
const nested = (names: string[], innermost: PackedObject): PackedObject[] => {
  const made = [innermost];
  for (const name of names.toReversed()) made.unshift(tree(['40000', name, oid(made[0]!)]));
  return made;
};

/** Pushes a commit of the first object, a tree, with all of them. */
async function send(
  objects: PackedObject[],
  change: (pack: Buffer) => Buffer = (pack) => pack,
  maxBytes?: number,
) {
  const commit: PackedObject = { type: 'commit', content: commitBytes(oid(objects[0]!)) };
  return push(store, at.id, {
    commands: [[null, oid(commit), 'refs/heads/hostile']],
    pack: change(buildPack([commit, ...objects])),
    maxBytes,
  });
}

describe('a push is refused before any part of it is visible when it has', () => {
  it.each([
    '.git',
    '.GIT',
    '.Git ',
    '.git...',
    'git~1',
    'GIT~1',
    '.g\u200cit',
    '.git::$INDEX_ALLOCATION',
    'a\\.git\\b',
  ])('a path that is a spelling of .git: %j', async (name) => {
    expect(await send([tree(['100644', name, blobOid]), blob])).toMatch(/spelling of \.git/);
    expect(await send([...nested(['a'], tree(['100644', name, blobOid])), blob])).toMatch(
      /spelling of \.git/,
    );
  });

  it.each([
    ['.', /the segment \./],
    ['..', /the segment \.\./],
    ['', /malformed \(badTree\)/],
    ['a/b', /name with a slash/],
    ['../../etc/passwd', /name with a slash/],
    ['a\0b', /unpack .*(malformed|damaged)/],
    ['x'.repeat(256), /name of over 255 bytes/],
  ])('the name %j', async (name, message) => {
    expect(await send([tree(['100644', name, blobOid]), blob])).toMatch(message);
  });

  it('one name twice, or names out of order', async () => {
    expect(await send([tree(['100644', 'a', blobOid], ['100644', 'a', blobOid]), blob])).toMatch(
      /one name twice/,
    );
    const other = tree(['100644', 'x', blobOid]);
    expect(await send([tree(['100644', 'a', blobOid], ['40000', 'a', oid(other)]), other, blob])).toMatch(
      /one name twice/,
    );
    expect(await send([tree(['100644', 'b', blobOid], ['100644', 'a', blobOid]), blob])).toMatch(
      /not sorted/,
    );
  });

  it('a path of over 4096 bytes, also where a folder is used twice', async () => {
    const names = Array.from({ length: 20 }, () => 'x'.repeat(250));
    const file = tree(['100644', 'file', blobOid]);
    expect(await send([...nested(names, file), blob])).toMatch(/over 4096 bytes/);
    const long = nested(names.slice(0, 10), file);
    const deep = nested(names.slice(0, 10), long[0]!);
    const root = tree(['40000', 'a', oid(long[0]!)], ['40000', 'b', oid(deep[0]!)]);
    expect(await send([root, ...deep, ...long.slice(1), blob])).toMatch(/over 4096 bytes/);
  });

  it('unknown modes', async () => {
    expect(await send([tree(['170000', 'a', blobOid]), blob])).toMatch(/unknown mode 170000|malformed/);
    expect(await send([tree(['040000', 'a', blobOid]), blob])).toMatch(/unpack/);
  });

  it.each([['/etc/passwd'], ['../outside'], ['a/../../outside'], ['.git/config']])(
    'a symlink to %j',
    async (target) => {
      const link: PackedObject = { type: 'blob', content: Buffer.from(target) };
      expect(await send([tree(['120000', 'link', oid(link)]), link])).toMatch(
        /the symlink "link" leads outside of the repository/,
      );
    },
  );

  it('a symlink that leads outside from one of its two folders', async () => {
    const link: PackedObject = { type: 'blob', content: Buffer.from('../../inside') };
    const folder = tree(['120000', 'link', oid(link)]);
    const fine = nested(['a', 'b'], folder);
    const both = tree(['40000', 'a', oid(fine[1]!)], ['40000', 'z', oid(folder)]);
    expect(await send([both, ...fine.slice(1), link])).toMatch(/the symlink "z\/link" leads outside/);
  });

  it('a symlink whose target is in a file that the repository has already', async () => {
    const { commitOid } = await at.commit({ kind: 'create', path: 'x', bytes: Buffer.from('/etc/passwd') });
    refs = at.git('for-each-ref');
    const target = await at.repository.fileOid(commitOid, 'x');
    expect(await send([tree(['120000', 'link', target!])])).toMatch(/"link" leads outside/);
  });

  it('a file of over 64 MiB', async () => {
    const large: PackedObject = { type: 'blob', content: Buffer.alloc(64 * 1024 * 1024 + 1) };
    const folder = nested(['data'], tree(['100644', 'large.bin', oid(large)]));
    expect(await send([...folder, large])).toMatch(/the file "data\/large.bin" is over 64 MiB/);
  });

  it('a pack over the limit', async () => {
    const large: PackedObject = { type: 'blob', content: randomBytes(1000) };
    const objects = [tree(['100644', 'a', oid(large)]), large];
    expect(await send(objects, undefined, 1000)).toMatch(
      /the pack is over the limit of 0 MiB; push in parts/,
    );
    const endless = send(objects, (pack) => Buffer.concat([pack, Buffer.alloc(1000)]), 1000);
    await expect(endless).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('deltas that expand without end', async () => {
    const base: PackedObject = { type: 'blob', content: Buffer.alloc(65_536, 'x') };
    const bomb: PackedObject = { type: 'blob', content: repeatingDelta(65_536, 16_384), base: oid(base) };
    expect(await send([tree(['100644', 'a', blobOid]), blob, base, bomb])).toMatch(
      /an object of the pack is too large/,
    );
  });

  it('a wrong number of objects', async () => {
    for (const claimed of [4_000_000_000, 50_000_000, 4]) {
      const change = () => buildPack([tree(['100644', 'a', blobOid]), blob], claimed);
      expect(await send([tree(['100644', 'a', blobOid]), blob], change)).toMatch(/unpack (the|an object)/);
    }
  });

  it('objects that are damaged or malformed', async () => {
    const objects = [tree(['100644', 'a', blobOid]), blob];
    for (const change of [
      (pack: Buffer) =>
        Buffer.concat([pack.subarray(0, 60), Buffer.from([pack[60]! ^ 0xff]), pack.subarray(61)]),
      (pack: Buffer) => pack.subarray(0, pack.length - 30),
      () => Buffer.from('no pack at all'),
      () => Buffer.alloc(0),
    ]) {
      expect(await send(objects, change)).toMatch(/unpack the pack is damaged or incomplete/);
    }
    for (const text of ['tree nothing\n\n', 'nonsense', `tree ${oid(objects[0]!)}\nauthor x\n\n`]) {
      const commit: PackedObject = { type: 'commit', content: Buffer.from(text) };
      const answer = await push(store, at.id, {
        commands: [[null, oid(commit), 'refs/heads/hostile']],
        pack: buildPack([commit, ...objects]),
      });
      expect([text, answer]).toEqual([
        text,
        expect.stringMatching(/unpack (object \w+ is malformed|the pack)/),
      ]);
    }
  });

  it('references to missing objects', async () => {
    const missing = '1'.repeat(40);
    expect(await send([tree(['100644', 'a', missing])])).toMatch(/lacks objects/);
    expect(await send([tree(['40000', 'a', missing])])).toMatch(/lacks objects/);
    const folder = tree(['100644', 'a', blobOid]);
    const commit: PackedObject = { type: 'commit', content: commitBytes(oid(folder), missing) };
    const orphan = await push(store, at.id, {
      commands: [[null, oid(commit), 'refs/heads/hostile']],
      pack: buildPack([commit, folder, blob]),
    });
    expect(orphan).toMatch(/lacks objects/);
    const nothing = await push(store, at.id, {
      commands: [[null, missing, 'refs/heads/hostile']],
      pack: buildPack([]),
    });
    expect(nothing).toMatch(/ng refs\/heads\/hostile/);
  });

  it('too many refs, and too long ones, which the report leaves out', async () => {
    const refuse = async (count: number, ref: string) =>
      (
        await push(store, at.id, {
          commands: Array.from({ length: count }, (_, n) => [null, blobOid, `${ref}${n}`]),
          pack: Buffer.alloc(0),
        })
      ).split('\n');
    const many = await refuse(3_000, 'refs/tags/many-');
    expect(many[0]).toMatch(/unpack a push may move at most 1000 refs; push in parts$/);
    expect(many.filter((line) => line.includes('ng refs/tags/many-')).length).toBe(3_000);
    const long = await refuse(1_000, `refs/tags/${'x'.repeat(60_000)}`);
    expect(long[0]).toMatch(/unpack a ref has a name of over 300 bytes$/);
    expect(long.length).toBe(2);
  });

  it('one ref twice, or a hidden ref of the gateway', async () => {
    const folder = tree(['100644', 'a', blobOid]);
    const commit: PackedObject = { type: 'commit', content: commitBytes(oid(folder)) };
    const pack = buildPack([commit, folder, blob]);
    const twice = await push(store, at.id, {
      commands: [
        [null, oid(commit), 'refs/heads/twice'],
        [null, oid(commit), 'refs/heads/twice'],
      ],
      pack,
    });
    expect(twice.match(/ng refs\/heads\/twice the push names this ref twice/g)).toHaveLength(2);
    for (const ref of [
      'HEAD',
      'refs/gateway/replaced/x',
      'refs/heads/../../config',
      'refs/heads/a.lock',
      'packed-refs',
    ])
      expect(await push(store, at.id, { commands: [[null, oid(commit), ref]], pack })).toContain(
        `ng ${ref} only`,
      );
  });
});
