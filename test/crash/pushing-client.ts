import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './content.js';
import { git, gitLines, gitSucceeds } from './git.js';
import { count } from './ledger.js';
import type { ClientParts } from './saving-client.js';

/** Where a git client fetches and pushes. */
export interface Remote {
  repositoryId: string;
  gitdir: string;
  /** The address over HTTP; null where the server has none or is down. */
  url(): string | null;
  branches: string[];
  /** A branch of them whose commits it also replaces by force; no client has files of its own there. */
  rewritten: string | undefined;
}

const attempts = 6;

/**
 * Fetches, commits and pushes with native git until the gate ends, over HTTP where the server offers it and otherwise
 * directly to the folder. A push counts when git reports success.
 */
export async function runPushingClient(
  parts: ClientParts & { folder: string; name: string },
  remote: Remote,
): Promise<void> {
  const { server, ledger, gate, random, folder, name } = parts;
  let made = 0;
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '-q', '-b', 'work']);

  /** Whether this step uses HTTP: all attempts of a step use the same address. */
  let isOverHttp = false;
  const address = () => (isOverHttp ? remote.url() : null) ?? remote.gitdir;
  const fetch = (branch: string) =>
    gitSucceeds(folder, ['fetch', '-q', address(), `+refs/heads/${branch}:refs/remotes/origin/${branch}`]);

  async function commit(branch: string): Promise<void> {
    const tag = `${name}-${made++}`;
    await git(folder, ['checkout', '-q', '-f', '-B', 'work', `origin/${branch}`]);
    for (const path of [`pushed/${tag}.txt`, `pushed/${name}-${random(5)}.ipynb`].slice(0, 1 + random(2))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), contentOf(path, tag).bytes);
    }
    const earlier = await gitLines(folder, ['ls-files', `pushed/${name}-*.txt`]);
    const moved = earlier[random(earlier.length + 1)];
    if (moved) await git(folder, ['mv', moved, `pushed/moved-${tag}.txt`]);
    await git(folder, ['add', '-A']);
    await git(folder, ['commit', '-q', '-m', tag]);
  }

  /** Rebases the commit on the fetched branch, or merges that branch. */
  async function catchUp(branch: string): Promise<boolean> {
    if (!(await fetch(branch))) return false;
    const how = random(2) ? ['rebase', '-q'] : ['merge', '-q', '-m', `merge by ${name} ${made}`];
    if (await gitSucceeds(folder, [...how, `origin/${branch}`])) return true;
    await gitSucceeds(folder, [how[0]!, '--abort']);
    return false;
  }

  async function push(branch: string, force: boolean): Promise<boolean> {
    const lease = force
      ? [`--force-with-lease=refs/heads/${branch}:${await revision(`origin/${branch}`)}`]
      : [];
    const to = address();
    const done = await gitSucceeds(folder, ['push', '-q', ...lease, to, `work:refs/heads/${branch}`]);
    if (done) count(ledger, to === remote.gitdir ? 'pushes to the folder' : 'pushes over HTTP');
    if (done && to !== remote.gitdir) server.onPush();
    return done;
  }

  const revision = async (of: string) => (await git(folder, ['rev-parse', of])).trim();

  async function step(): Promise<void> {
    const branch = remote.branches[random(remote.branches.length)]!;
    isOverHttp = random(3) > 0;
    if (!(await fetch(branch))) return;
    await commit(branch);
    const force = branch === remote.rewritten && random(2) === 0;
    if (force) {
      // Replaces the tip of the branch. Recorded before, because a push that is cut off may have succeeded.
      if (!(await gitSucceeds(folder, ['rev-parse', '-q', '--verify', `origin/${branch}^2`]))) {
        await gitSucceeds(folder, ['rebase', '-q', '--onto', `origin/${branch}^`, `origin/${branch}`]);
      }
      const gone = await gitLines(folder, ['rev-list', `origin/${branch}`, '^work']);
      for (const oid of gone) ledger.replaced.add(oid);
    }
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await push(branch, force)) {
        const commitOid = await revision('work');
        ledger.pushes.push({ repositoryId: remote.repositoryId, branch, commitOid });
        return;
      }
      if (force || !(await catchUp(branch))) return;
    }
    count(ledger, 'pushes given up');
  }

  // Now and then also while the server is down or starts; not always, for it starts slowly beside it.
  const stepIfUp = async () => {
    if (server.url() || random(20) === 0) await step();
  };
  while (await gate.pass(stepIfUp)) await sleep(random(500));
}
