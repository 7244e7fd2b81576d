import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { createRefs } from '../../../../src/engines/git/remotes/tracking-refs.js';

// Run by stale-locks.test.ts, which kills it: makes branches without end.
const [gitdir = '', oid = ''] = process.argv.slice(2);
const native = (await findNativeGit())!;
for (let round = 0; ; round++) {
  const names = Array.from({ length: 500 }, (_, n) => `made-${round}-${n}`);
  await createRefs(native, gitdir, 'refs/heads/', new Map(names.map((name) => [name, oid])));
}
