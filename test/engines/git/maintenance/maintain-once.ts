import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';

/** A process for tests to kill: maintains the repository `argv[3]` below `argv[2]` once, and says when a step begins. */
const [root, id] = process.argv.slice(2) as [string, string];
const store = new GitStore({ leases: new LocalLeases(), root, native: await findNativeGit() });
await store.maintain(id, {
  signal: new AbortController().signal,
  onProgress: (step, percent) => process.stdout.write(`${step} ${percent ?? ''}\n`),
});
