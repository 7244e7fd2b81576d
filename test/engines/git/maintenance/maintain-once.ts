import { openGitStore } from '../../../../src/engines/git/git-store.js';
import { findNativeGit } from '../../../../src/engines/git/native/native-git.js';

/** A process for tests to kill: maintains the repository `argv[3]` below `argv[2]` once, and says when a step begins. */
const [root, id] = process.argv.slice(2) as [string, string];
const store = openGitStore({ root, native: await findNativeGit() });
await store.maintain(id, {
  signal: new AbortController().signal,
  onProgress: (step, percent) => process.stdout.write(`${step} ${percent ?? ''}\n`),
});
