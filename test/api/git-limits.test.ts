import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';

let at: TestGateway;
let client: GitClient;
beforeAll(async () => {
  at = await openTestGateway({ env: { MAX_PUSH_MB: '1' } });
  client = await gitClient();
});
afterAll(async () => {
  await at.close();
  await client.remove();
});

/** Commits what `write` puts into a clone of its own, pushes it, and answers what git says. */
async function refusal(name: string, write: (folder: string) => void): Promise<string> {
  await client.ok('clone', '-q', gitUrl(at.url, at.token), name);
  write(join(client.folder, name));
  await client.commit(name, 'fine.txt', 'fine\n');
  const { code, err } = await client.git('-C', name, 'push', '-q');
  expect(code).not.toBe(0);
  expect(await client.ok('-C', name, 'ls-remote', 'origin', 'main')).toContain(
    await client.ok('-C', name, 'rev-parse', 'origin/main'),
  );
  return err;
}

it('a refused push shows its reason in the output of git', async () => {
  const oversize = await refusal('oversize', (folder) => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/zeros.bin'), Buffer.alloc(64 * 1024 * 1024 + 1));
  });
  expect(oversize).toContain('error: remote unpack failed: the file "data/zeros.bin" is over 64 MiB');
  expect(oversize).toContain('! [remote rejected] main -> main (the file "data/zeros.bin" is over 64 MiB)');
  const pack = await refusal('pack', (folder) =>
    writeFileSync(join(folder, 'random.bin'), randomBytes(1_500_000)),
  );
  expect(pack).toContain('the pack is over the limit of 1 MiB; push in parts');
  const symlink = await refusal('symlink', (folder) => symlinkSync('/etc/passwd', join(folder, 'passwd')));
  expect(symlink).toContain('(the symlink "passwd" leads outside of the repository)');
});

it('a push far over the limit is cut off', async () => {
  const err = await refusal('endless', (folder) =>
    writeFileSync(join(folder, 'random.bin'), randomBytes(8_000_000)),
  );
  expect(err).toMatch(/error: RPC failed/);
});

it('without native git the gateway does not start, and says why in one sentence', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-git-'));
  const path = process.env.PATH;
  process.env.PATH = empty;
  const start = openTestGateway().finally(() => {
    process.env.PATH = path;
    rmSync(empty, { recursive: true });
  });
  await expect(start).rejects.toThrow('The gateway needs git 2.32 or newer on the PATH, but none was found.');
});
