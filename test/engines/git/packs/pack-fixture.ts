import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { DurableFiles } from '../../../../src/engines/git/durability/durable-files.js';
import { StoreOwner } from '../../../../src/engines/git/durability/store-owner.js';
import { createObjectCaches } from '../../../../src/engines/git/objects/object-caches.js';
import { ObjectStore } from '../../../../src/engines/git/objects/object-store.js';
import { nativeGit } from '../git-fixture.js';
import { seededRandom } from '../seeded-random.js';

/** A bare repository that native git made, and what it says is in there. */
export interface PackFixture {
  gitdir: string;
  /** Runs native git on the repository and answers its trimmed output. */
  git(...args: string[]): string;
  /** Adds commits with files of many sizes that change a little each time, and an annotated tag, as one pack. */
  grow(seed: number, commits: number): void;
  /** Every object by id, as `git cat-file` prints it. */
  objects(): Map<string, { type: string; bytes: Buffer }>;
  /** A reader that has nothing in memory. */
  open(): ObjectStore;
  /** The names in `objects/pack` with this ending. */
  packFiles(ending: string): string[];
  remove(): void;
}

/** Makes an empty repository in a temporary folder. */
export function packFixture(): PackFixture {
  const root = mkdtempSync(join(tmpdir(), 'git-packs-'));
  const gitdir = join(root, 'r.git');
  nativeGit(['init', '-q', '--bare', '-b', 'main', gitdir]);
  const git = (...args: string[]) => nativeGit(['--git-dir', gitdir, ...args]);
  const files = new Map<string, Buffer>();
  const owner = new StoreOwner({ root, leases: new LocalLeases(), syncs: null, report: () => {} });
  const durable = new DurableFiles(gitdir, owner);
  return {
    gitdir,
    git,
    grow(seed, commits) {
      const input = fastImportStream(seed, commits, files, git('for-each-ref', 'refs/heads/main') !== '');
      nativeGit(['--git-dir', gitdir, '-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'], { input });
    },
    objects() {
      const all = ['cat-file', '--batch', '--batch-all-objects', '--unordered'];
      const output = execFileSync('git', ['--git-dir', gitdir, ...all], { maxBuffer: 2 ** 30 });
      return parseBatch(output);
    },
    open: () => new ObjectStore('test', durable, createObjectCaches()),
    packFiles: (ending) => readdirSync(join(gitdir, 'objects/pack')).filter((name) => name.endsWith(ending)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function fastImportStream(seed: number, commits: number, files: Map<string, Buffer>, more: boolean): Buffer {
  const random = seededRandom(seed);
  const parts: Buffer[] = [];
  const data = (bytes: Buffer) => parts.push(Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n'));
  for (let commit = 0; commit < commits; commit++) {
    parts.push(Buffer.from(`commit refs/heads/main\ncommitter A <a@x> ${1_700_000_000 + commit} +0000\n`));
    data(Buffer.from(`commit ${seed} ${commit}`));
    if (commit === 0 && more) parts.push(Buffer.from('from refs/heads/main^0\n'));
    for (let file = 0; file <= random(3); file++) {
      const path = `d${random(4)}/f${random(12)}.txt`;
      const bytes = edited(files.get(path), random);
      files.set(path, bytes);
      parts.push(Buffer.from(`M 100644 inline ${path}\n`));
      data(bytes);
    }
  }
  parts.push(Buffer.from(`tag t${seed}\nfrom refs/heads/main\ntagger A <a@x> 1700000000 +0000\n`));
  data(Buffer.from('a tag'));
  return Buffer.concat(parts);
}

function edited(before: Buffer | undefined, random: (below: number) => number): Buffer {
  const lengths = [0, 1, 40, 700, 5_000, 17_000, 70_000, 300_000];
  if (!before || random(12) === 0) {
    const bytes = Buffer.alloc(lengths[random(lengths.length)]!);
    const letters = random(3) === 0 ? 256 : 16;
    for (let at = 0; at < bytes.length; at++) bytes[at] = random(letters);
    return bytes;
  }
  const at = random(before.length + 1);
  const inserted = Buffer.from('x'.repeat(random(60)) + random(1000));
  return Buffer.concat([
    before.subarray(0, at),
    inserted,
    before.subarray(Math.min(at + random(30), before.length)),
  ]);
}

function parseBatch(output: Buffer): Map<string, { type: string; bytes: Buffer }> {
  const found = new Map<string, { type: string; bytes: Buffer }>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0x0a, at);
    const [oid, type, size] = output.toString('latin1', at, end).split(' ');
    const bytes = output.subarray(end + 1, end + 1 + Number(size));
    found.set(oid!, { type: type!, bytes });
    at = end + 2 + Number(size);
  }
  return found;
}
