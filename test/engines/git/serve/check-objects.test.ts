import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { checkObjects } from '../../../../src/engines/git/serve/check-objects.js';
import { PackObjects } from '../../../../src/engines/git/serve/pack-objects.js';
import {
  buildPack,
  commitBytes,
  oidOf,
  type PackedObject,
  treeBytes,
} from '../../../support/hostile-pack.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture({});
});
afterEach(() => at.remove());

/** Counts how often the event loop runs while one object is checked. */
class WatchedObjects extends PackObjects {
  rounds = 0;
  readonly during = new Map<string, number>();

  override async *read(objects: Iterable<{ oid: string; size: number }>) {
    for await (const object of super.read(objects)) {
      const before = this.rounds;
      yield object;
      this.during.set(object.oid, this.rounds - before);
    }
  }
}

it('the event loop runs while a large folder is checked', async () => {
  const blob: PackedObject = { type: 'blob', content: Buffer.from('x') };
  const blobOid = oidOf('blob', blob.content);
  const names = Array.from({ length: 300_000 }, (_, n) => `file-${String(n).padStart(7, '0')}.txt`);
  const tree: PackedObject = {
    type: 'tree',
    content: treeBytes(names.map((name) => ['100644', name, blobOid])),
  };
  const treeOid = oidOf('tree', tree.content);
  at.gitWithInput(
    buildPack([{ type: 'commit', content: commitBytes(treeOid) }, tree, blob]),
    'index-pack',
    '--stdin',
  );
  const env = { GIT_OBJECT_DIRECTORY: `${at.gitdir}/objects` };
  const native = (await findNativeGit())!;
  const pack = new WatchedObjects(
    native,
    at.gitdir,
    { alone: env, beside: env },
    new AbortController().signal,
  );
  let isOver = false;
  const count = () => {
    pack.rounds += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await checkObjects(pack).finally(() => {
    isOver = true;
  });
  // Without yielding, the check would block the event loop for some hundred milliseconds.
  expect(pack.during.get(treeOid)).toBeGreaterThan(1);
});
