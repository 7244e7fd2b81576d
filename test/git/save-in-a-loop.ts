import { openGitStore } from '../../src/git/git-store.js';

// Run by outside.test.ts until it is killed: saves new files and tells of each once it is acknowledged.
const [root = '', id = '', round = ''] = process.argv.slice(2);
const someone = { name: 'Writer', email: 'writer@example.org' };
const repository = await openGitStore({ root }).repository(id);

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
