import { setTimeout as sleep } from 'node:timers/promises';
import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { GitStore } from '../../src/engines/git/git-store.js';
import { seededRandom } from '../engines/git/seeded-random.js';
import { contentOf } from './content.js';

// Run by store-kills.ts until it is killed: starts as the gateway does, then saves on all branches at the same time and
// reports each save when it is acknowledged, and never before.
const [root = '', id = '', round = '', seed = ''] = process.argv.slice(2);
const who = { name: 'Writer', email: 'writer@example.org' };
const store = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root });
await store.reconcile();
const repository = await store.repository(id);
const branches = await repository.branches();

async function save(branch: string, writer: number): Promise<void> {
  const random = seededRandom(Number(seed) + writer);
  const own: string[] = [];
  for (let n = 0; ; n++) {
    const tag = `${round}-${writer}-${n}`;
    const isNew = own.length === 0 || random(3) > 0;
    const path = isNew ? `files/${writer}/${tag}.txt` : own[random(own.length)]!;
    const { commitOid } = await repository.commit({
      branch,
      changes: [{ kind: isNew ? 'create' : 'save', path, bytes: contentOf(path, tag).bytes }],
      author: who,
      committer: who,
      message: tag,
    });
    process.send?.({ branch, path, tag, commitOid });
    if (isNew) own.push(path);
    if (random(4) === 0) await sleep(random(6));
  }
}

await Promise.all(branches.flatMap(({ name }, i) => [save(name, i * 2), save(name, i * 2 + 1)]));
