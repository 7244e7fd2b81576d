import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import { push } from './push.js';

// Run by interrupted-push.test.ts, which kills it: takes the first half of a push.
const [root = '', id = '', commit = '', pack = ''] = process.argv.slice(2);
const store = new GitStore({ leases: new LocalLeases(), root, native: await findNativeGit() });
await push(store, id, {
  commands: [[null, commit, 'refs/heads/pushed']],
  pack: Buffer.from(pack, 'base64'),
  halfWay: async () => {
    process.send?.('half-way');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
});
