import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { GitStore } from '../../src/engines/git/git-store.js';

// Run by cold-reads.ts: opens a store, reads one file, and reports the duration and the growth of the process.
const [root = '', id = '', path = ''] = process.argv.slice(2);
const native = await findNativeGit();
const memory = process.memoryUsage.rss();
const from = performance.now();
const repository = await new GitStore({ leases: new LocalLeases(), root, native }).repository(id);
const file = await repository.readFile(await repository.resolveBranch('main'), path);
const ms = performance.now() - from;
if (!file) throw new Error('the file is not there');
process.send?.({ ms, bytes: process.memoryUsage.rss() - memory });
process.disconnect();
