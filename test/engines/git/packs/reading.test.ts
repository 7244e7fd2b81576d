import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PackFixture, packFixture } from './pack-fixture.js';

const run = promisify(execFile);

let at: PackFixture;
beforeEach(() => {
  at = packFixture();
});
afterEach(() => at.remove());

/** Reads every object, in git's order and then backwards, and compares it and its size with what native git says. */
async function expectAll(least: number): Promise<void> {
  const expected = [...at.objects()];
  expect(expected.length).toBeGreaterThan(least);
  const store = at.open();
  for (const [oid, { type, bytes }] of [...expected, ...expected.reverse()]) {
    const object = await store.read(oid);
    if (object?.type !== type || !object.bytes.equals(bytes)) throw new Error(`${type} ${oid} differs`);
  }
  const sizes = at.open();
  for (const [oid, { type, bytes }] of expected) {
    if (type === 'blob') expect(await sizes.blobSize(oid)).toBe(bytes.length);
    else await expect(sizes.blobSize(oid)).rejects.toMatchObject({ code: 'not_found' });
  }
}

describe('every object equals that of native git', () => {
  it.each([
    ['long chains', ['repack', '-adfq', '--depth=250', '--window=50']],
    ['no deltas', ['repack', '-adfq', '--depth=0']],
    ['deltas that name their base by id', ['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq']],
    ['no compression', ['-c', 'pack.compression=0', 'repack', '-adFq']],
    ['the best compression', ['-c', 'pack.compression=9', 'repack', '-adFq']],
    [
      'reverse and multi-pack indexes',
      ['-c', 'pack.writeReverseIndex=true', 'repack', '-adfq', '--write-midx'],
    ],
    ['as many packs as came', ['pack-refs', '--all']],
    ['geometric packs', ['repack', '-dq', '--geometric=2']],
  ])(
    '%s',
    async (_, command) => {
      for (let round = 0; round < 6; round++) at.grow(round, 25);
      at.git(...command);
      await expectAll(300);
    },
    60_000,
  );

  it('thin packs that were completed', async () => {
    at.grow(1, 60);
    at.git('repack', '-adq');
    const old = at.git('rev-parse', 'main');
    const kept = new Set(at.packFiles(''));
    at.grow(2, 60);
    const expected = at.objects().size;
    const native = (args: string[], input: string | Buffer) =>
      execFileSync('git', ['--git-dir', at.gitdir, ...args], { input, maxBuffer: 2 ** 30 });
    const thin = native(['pack-objects', '--revs', '--thin', '--stdout', '-q'], `refs/tags/t2\n^${old}\n`);
    for (const name of at.packFiles('')) {
      if (!kept.has(name)) rmSync(join(at.gitdir, 'objects/pack', name));
    }
    native(['index-pack', '--fix-thin', '--stdin'], thin);
    expect(at.objects().size).toBe(expected);
    await expectAll(200);
  });

  it('offsets of 64 bits', async () => {
    at.grow(3, 60);
    at.git('repack', '-adq');
    const [pack] = at.packFiles('.pack');
    const file = join(at.gitdir, 'objects/pack', pack!);
    rmSync(file.replace(/pack$/, 'idx'), { force: true });
    at.git('index-pack', '--index-version=2,0x40', file);
    // Nearly all offsets are in the table of 64-bit offsets: an index without that table has 28 bytes an object.
    expect(readFileSync(file.replace(/pack$/, 'idx')).length).toBeGreaterThan(1072 + 35 * at.objects().size);
    await expectAll(100);
  });

  it('loose, and some of each', async () => {
    at.grow(4, 40);
    const [pack] = at.packFiles('.pack');
    const away = join(at.gitdir, 'away.pack');
    renameSync(join(at.gitdir, 'objects/pack', pack!), away);
    rmSync(join(at.gitdir, 'objects/pack', pack!.replace(/pack$/, 'idx')));
    execFileSync('git', ['--git-dir', at.gitdir, 'unpack-objects', '-q'], { input: readFileSync(away) });
    rmSync(away);
    await expectAll(80);
    at.grow(5, 40);
    await expectAll(160);
  });
});

it('finds a new pack immediately while it reads, and an object that moved into one', async () => {
  at.grow(1, 5);
  const store = at.open();
  const first = at.git('rev-parse', 'main');
  expect((await store.read(first))?.type).toBe('commit');
  for (let round = 0; round < 20; round++) {
    at.grow(10 + round, 1);
    const oid = at.git('rev-parse', 'main');
    expect((await store.read(oid))?.type).toBe('commit');
    if (round % 5 === 0) at.git('repack', '-adq');
  }
  expect(await store.read('1'.repeat(40))).toBeNull();
}, 60_000);

it('many concurrent first reads find their objects', async () => {
  at.grow(1, 30);
  const expected = [...at.objects()];
  for (let round = 0; round < 5; round++) {
    const store = at.open();
    const objects = await Promise.all(expected.map(([oid]) => store.read(oid)));
    for (const [n, [oid, { bytes }]] of expected.entries()) {
      if (!objects[n]?.bytes.equals(bytes)) throw new Error(`${oid} differs`);
    }
  }
});

it('no read fails while the repository is repacked repeatedly', async () => {
  for (let round = 0; round < 4; round++) at.grow(round, 30);
  // What nothing leads to is dropped by a repack.
  at.git('repack', '-adq');
  const expected = [...at.objects()];
  let repacking = true;
  const commands = [
    ['repack', '-adfq', '--depth=50'],
    ['repack', '-dq', '--geometric=2'],
    ['repack', '-adq'],
  ];
  const repacks = (async () => {
    for (let round = 0; round < 12; round++) {
      at.grow(100 + round, 3);
      await run('git', ['--git-dir', at.gitdir, ...commands[round % commands.length]!]);
    }
    repacking = false;
  })();
  let reads = 0;
  let store = at.open();
  while (repacking) {
    // Now and then one that has nothing in memory; the others hold packs that are gone.
    if (reads % 400 === 0) store = at.open();
    const [oid, { bytes }] = expected[(reads * 7919) % expected.length]!;
    const object = await store.read(oid);
    if (!object?.bytes.equals(bytes)) throw new Error(`${oid} differs`);
    reads += 1;
    if (reads % 50 === 0) await new Promise(setImmediate);
  }
  await repacks;
  expect(reads).toBeGreaterThan(2000);
}, 60_000);
