import { closeSync, openSync } from 'node:fs';
import { createWatchdog } from '../../../../src/engines/events/watchdog.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { runInBackground } from '../../../../src/engines/git/maintenance/run-in-background.js';
import { nativeHistory } from '../../../../src/engines/git/native/native-history.js';
import { uploadPack } from '../../../../src/engines/git/serve/upload-pack.js';

// Runs git in each way that there is, first with no file descriptor free, then with one more each time, and prints how
// each run ended. Its parent bounds the descriptors of this process.
const [gitdir] = process.argv.slice(2) as [string];
const git = (await findNativeGit())!;
const { signal } = new AbortController();
const ways: Record<string, () => Promise<unknown>> = {
  run: () => git.run(['rev-parse', '--git-dir'], { gitdir }),
  background: () => runInBackground(git, ['count-objects'], { gitdir, signal }),
  history: () => nativeHistory(git, gitdir, { from: [], to: 'HEAD' }).next(),
  upload: () => {
    const watchdog = createWatchdog(signal);
    const input = (async function* () {})();
    return uploadPack(git, gitdir, { input, output: process.stderr, protocol: undefined, watchdog }).finally(
      watchdog.stop,
    );
  },
};

async function ended(way: () => Promise<unknown>): Promise<string> {
  try {
    await way();
    return 'ran';
  } catch (error) {
    return String((error as { code?: string }).code ?? error);
  }
}

// What they import when they first run.
for (const way of Object.values(ways)) await ended(way);
const held: number[] = [];
try {
  for (;;) held.push(openSync('/dev/null', 'r'));
} catch {}
const outcomes: Record<string, string[]> = { run: [], background: [], history: [], upload: [] };
for (let free = 0; free <= 16; free++) {
  for (const [name, way] of Object.entries(ways)) outcomes[name]!.push(await ended(way));
  closeSync(held.pop()!);
}
for (const fd of held) closeSync(fd);
const { PATH } = process.env;
process.env.PATH = '/nonexistent';
for (const [name, way] of Object.entries(ways)) outcomes[name]!.push(`gone: ${await ended(way)}`);
process.env.PATH = PATH;
console.log(JSON.stringify(outcomes));
