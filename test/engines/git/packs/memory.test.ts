import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nativeGit } from '../git-fixture.js';
import { seededRandom } from '../seeded-random.js';

const files = 3000;
const mebibyte = 1024 * 1024;
const id = randomUUID();
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'git-memory-'));
  const gitdir = join(root, `${id}.git`);
  nativeGit(['init', '-q', '--bare', '-b', 'main', gitdir]);
  const random = seededRandom(1);
  const parts = [Buffer.from('commit refs/heads/main\ncommitter A <a@x> 1700000000 +0000\ndata 1\nx\n')];
  for (let n = 0; n < files; n++) {
    const bytes = Buffer.alloc(50_000);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random(2 ** 32), at);
    parts.push(
      Buffer.from(`M 100644 inline d${n % 10}/f${n}.txt\ndata ${bytes.length}\n`),
      bytes,
      Buffer.from('\n'),
    );
  }
  const args = ['--git-dir', gitdir, '-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'];
  nativeGit(args, { input: Buffer.concat(parts) });
  const [pack] = (await readdir(join(gitdir, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  // Far more than what a reader may take.
  expect(statSync(join(gitdir, 'objects/pack', pack!)).size).toBeGreaterThan(140 * mebibyte);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function readInChild(count: number) {
  const program = new URL('./first-read.ts', import.meta.url).pathname;
  const child = fork(program, [root, id, String(count)], { execArgv: ['--import', 'tsx', '--expose-gc'] });
  const closed = once(child, 'close');
  const [message] = await once(child, 'message');
  await closed;
  const { firstMs, before, after } = message;
  return { firstMs, rss: (after.rss - before.rss) / mebibyte, external: after.external / mebibyte };
}

it('a first read from a large pack takes less than 10 MiB', async () => {
  expect((await readInChild(0)).rss).toBeLessThan(10);
});

it('reading all of a large pack stays within the limit of the object cache', async () => {
  const { external } = await readInChild(files);
  expect(external).toBeLessThan(64 + 64);
});
