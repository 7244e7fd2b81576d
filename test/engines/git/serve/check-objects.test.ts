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

/** Counts the turns of the event loop that come while one object is gone through. */
class WatchedObjects extends PackObjects {
  turns = 0;
  readonly during = new Map<string, number>();

  override async *read(objects: Iterable<{ oid: string; size: number }>) {
    for await (const object of super.read(objects)) {
      const before = this.turns;
      yield object;
      this.during.set(object.oid, this.turns - before);
    }
  }
}

it('others have their turn while a large folder is checked', async () => {
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
    pack.turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await checkObjects(pack).finally(() => {
    isOver = true;
  });
  // Without a turn it takes some hundred milliseconds in one go.
  expect(pack.during.get(treeOid)).toBeGreaterThan(1);
});
