import { beforeEach, expect, it } from 'vitest';
import type { FileOfPageChangedSubscription } from '../../../web/generated/notebook.js';
import type { ApiRequests } from '../../../web/src/notebook/storage/api-requests.js';
import { FileFollower } from '../../../web/src/notebook/storage/file-follower.js';

type FileChange = FileOfPageChangedSubscription['fileChanged'];

let follower: FileFollower;
let change: (change: Partial<FileChange>) => void;
/** The blobs that the draft got; undefined where it looks by itself. */
let pulls: unknown[];
/** The paths after each change. */
let paths: string[];
beforeEach(() => {
  const subscribe = ((_document, _variables, { onData }) => {
    const author = { name: 'Other', userId: null };
    change = (given) =>
      onData({
        fileChanged: { path: 'a.ipynb', previousPath: null, change: 'updated', sha: 'x', author, ...given },
      } as never);
    return () => {};
  }) as ApiRequests['subscribe'];
  follower = new FileFollower(
    { subscribe },
    { slug: 'demo', workspaceId: 'w', path: 'a.ipynb', branch: 'main' },
  );
  [pulls, paths] = [[], []];
  follower.subscribe(() => paths.push(follower.getPath()));
  follower.start({ pull: async (sha) => void pulls.push(sha) });
});

it('a draft hears of saves and of the deletion of its file, and of no other file', () => {
  change({ sha: 'new' });
  change({ path: 'other.ipynb', sha: 'other' });
  change({ change: 'deleted', sha: null });
  expect(pulls).toEqual(['new', undefined]);
  expect(paths).toEqual([]);
});

it('a renamed file is followed, again and again', () => {
  change({ path: 'b.ipynb', previousPath: 'a.ipynb', change: 'renamed', sha: 'one' });
  change({ path: 'c.ipynb', previousPath: 'b.ipynb', change: 'renamed', sha: 'two' });
  change({ path: 'a.ipynb', change: 'created', sha: 'not ours' });
  change({ path: 'c.ipynb', sha: 'three' });
  expect(paths).toEqual(['b.ipynb', 'c.ipynb']);
  expect(pulls).toEqual(['one', 'two', 'three']);
});
