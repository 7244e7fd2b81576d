import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { ServerLeases } from '../../../src/engines/database/server-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';

// Run by tests until it is killed: saves new files and reports each once it is acknowledged. With the address of a
// database server it is one replica of several, else the only one.
const [root = '', id = '', round = '', server] = process.argv.slice(2);
const someone = { name: 'Writer', email: 'writer@example.org' };
const leases = server ? new ServerLeases(server) : new LocalLeases();
const repository = await new GitStore({ native: await findNativeGit(), root, leases }).repository(id);

async function save(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const path = `files/${round}-${writer}-${n}.txt`;
    const { commitOid } = await repository.commit({
      branch: 'main',
      changes: [{ kind: 'create', path, bytes: Buffer.from(path) }],
      author: someone,
      committer: someone,
      message: path,
    });
    process.send?.({ path, commitOid });
  }
}

await Promise.all([save(0), save(1)]);
