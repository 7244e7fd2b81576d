import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectId } from '../../../../src/engines/git/object-id.js';
import { seededRandom } from '../seeded-random.js';
import { type PackFixture, packFixture } from './pack-fixture.js';

let at: PackFixture;
beforeEach(() => {
  at = packFixture();
});
afterEach(() => at.remove());

const unavailable = expect.objectContaining({ name: 'DomainError', code: 'storage_unavailable' });

/** An object's own bytes, or the refusal; anything else fails. */
async function expectRightOrRefused(expected: ReturnType<PackFixture['objects']>): Promise<number> {
  const store = at.open();
  let refused = 0;
  for (const [oid, { type, bytes }] of expected) {
    try {
      const object = await store.read(oid);
      if (object?.type !== type || !object.bytes.equals(bytes)) throw new Error(`${oid} is wrong`);
    } catch (error) {
      expect(error).toEqual(unavailable);
      refused += 1;
    }
  }
  return refused;
}

describe('damage', () => {
  it.each(['.pack', '.idx'])(
    'of any byte of a %s never returns wrong bytes or not_found',
    async (ending) => {
      at.grow(1, 12);
      at.git('repack', '-adfq', '--depth=20');
      const expected = at.objects();
      const file = join(at.gitdir, 'objects/pack', at.packFiles(ending)[0]!);
      chmodSync(file, 0o600);
      const sound = readFileSync(file);
      const random = seededRandom(7);
      let refused = 0;
      for (let round = 0; round < 150; round++) {
        const damaged = Buffer.from(sound);
        // The headers at both ends and all of the rest alike.
        const offset = [random(1100), random(sound.length), sound.length - 1 - random(60)][round % 3]!;
        damaged[offset % sound.length]! ^= 1 << random(8);
        writeFileSync(file, damaged);
        refused += await expectRightOrRefused(expected);
      }
      expect(refused).toBeGreaterThan(0);
      writeFileSync(file, sound);
      expect(await expectRightOrRefused(expected)).toBe(0);
    },
    120_000,
  );

  it.each(['.pack', '.idx'])('by truncation of a %s never returns wrong bytes', async (ending) => {
    at.grow(1, 8);
    const expected = at.objects();
    const file = join(at.gitdir, 'objects/pack', at.packFiles(ending)[0]!);
    chmodSync(file, 0o600);
    const { length } = readFileSync(file);
    for (const left of [length - 1, Math.floor(length / 2), 1100, 20, 1, 0]) {
      truncateSync(file, Math.min(left, length));
      expect(await expectRightOrRefused(expected)).toBeGreaterThan(0);
    }
  });

  it('of the packed copy leaves the loose copy readable', async () => {
    at.grow(1, 12);
    const expected = at.objects();
    for (const oid of expected.keys()) {
      const { type, bytes } = expected.get(oid)!;
      const loose = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
      const file = join(at.gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, deflateSync(loose));
    }
    const file = join(at.gitdir, 'objects/pack', at.packFiles('.pack')[0]!);
    chmodSync(file, 0o600);
    const damaged = readFileSync(file);
    damaged.fill(0xff, 12, damaged.length - 20);
    writeFileSync(file, damaged);
    expect(await expectRightOrRefused(expected)).toBe(0);
  });
});

/** An entry of a pack made by hand; the deflated part may be anything. */
interface RawEntry {
  oid: string;
  header: number[];
  deflated: Buffer;
}

/** Writes a pack and its index, with right checksums. */
function writePack(entries: RawEntry[]): void {
  const parts: Buffer[] = [Buffer.from('PACK\0\0\0\x02\0\0\0\0')];
  parts[0]!.writeUInt32BE(entries.length, 8);
  const placed = new Map<string, number>();
  let length = 12;
  for (const { oid, header, deflated } of entries) {
    placed.set(oid, length);
    parts.push(Buffer.from(header), deflated);
    length += header.length + deflated.length;
  }
  const pack = sealed(Buffer.concat(parts));
  const oids = [...placed.keys()].sort();
  const fanout = Buffer.alloc(1024);
  for (let byte = 0; byte < 256; byte++) {
    fanout.writeUInt32BE(oids.filter((oid) => Number.parseInt(oid.slice(0, 2), 16) <= byte).length, byte * 4);
  }
  const offsets = Buffer.alloc(oids.length * 4);
  for (const [n, oid] of oids.entries()) offsets.writeUInt32BE(placed.get(oid)!, n * 4);
  const head = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
  const ids = oids.map((oid) => Buffer.from(oid, 'hex'));
  const index = [head, fanout, ...ids, Buffer.alloc(oids.length * 4), offsets, pack.subarray(-20)];
  writeFileSync(join(at.gitdir, 'objects/pack/pack-made.pack'), pack);
  writeFileSync(join(at.gitdir, 'objects/pack/pack-made.idx'), sealed(Buffer.concat(index)));
}

function sealed(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

/** Type and size as an entry's header begins with. */
function typeAndSize(type: number, size: number): number[] {
  const header = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    header.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return [...header, byte];
}

describe('a hostile pack', () => {
  const a = 'a'.repeat(40);
  const b = 'b'.repeat(40);
  const id = (oid: string) => [...Buffer.from(oid, 'hex')];
  const base = Buffer.from('0123456789');
  const baseOid = objectId('blob', base);
  const sound = { oid: baseOid, header: typeAndSize(3, 10), deflated: deflateSync(base) };
  const delta = (bytes: number[]) => ({
    oid: a,
    header: [...typeAndSize(7, bytes.length), ...id(baseOid)],
    deflated: deflateSync(Buffer.from(bytes)),
  });
  const none = deflateSync(Buffer.from([1, 1, 1, 65]));

  it('is read when it is valid', async () => {
    const made = objectId('blob', Buffer.from('01234x'));
    writePack([sound, { ...delta([10, 6, 0x90, 5, 1, 120]), oid: made }]);
    expect((await at.open().read(made))?.bytes.toString()).toBe('01234x');
    expect(await at.open().blobSize(made)).toBe(6);
  });

  it.each<[string, RawEntry[]]>([
    ['its own base by id', [{ oid: a, header: [...typeAndSize(7, 4), ...id(a)], deflated: none }]],
    [
      'in a circle',
      [
        { oid: a, header: [...typeAndSize(7, 4), ...id(b)], deflated: none },
        { oid: b, header: [...typeAndSize(7, 4), ...id(a)], deflated: none },
      ],
    ],
    ['its own base by offset', [{ oid: a, header: [...typeAndSize(6, 4), 0], deflated: none }]],
    ['a base before the pack', [{ oid: a, header: [...typeAndSize(6, 4), 0x7f], deflated: none }]],
    ['a base that is not there', [{ oid: a, header: [...typeAndSize(7, 4), ...id(b)], deflated: none }]],
    ['a type that does not exist', [{ oid: a, header: typeAndSize(5, 4), deflated: none }]],
    ['type zero', [{ oid: a, header: typeAndSize(0, 4), deflated: none }]],
    ['a size without end', [{ oid: a, header: Array(40).fill(0xbf), deflated: none }]],
    ['a size of petabytes', [{ oid: a, header: typeAndSize(3, 2 ** 52), deflated: none }]],
    ['a size of 400 MB', [{ oid: a, header: typeAndSize(3, 400_000_000), deflated: none }]],
    [
      'a stream that gives more',
      [{ oid: a, header: typeAndSize(3, 3), deflated: deflateSync(Buffer.alloc(1e6)) }],
    ],
    ['a stream that gives less', [{ oid: a, header: typeAndSize(3, 30), deflated: none }]],
    ['a stream that is none', [{ oid: a, header: typeAndSize(3, 30), deflated: Buffer.alloc(50, 0xaa) }]],
    ['a delta for another base', [sound, delta([11, 3, 0x90, 3])]],
    ['a delta that copies from after its base', [sound, delta([10, 3, 0x91, 8, 3])]],
    ['a delta that makes more', [sound, delta([10, 3, 0x90, 4])]],
    ['a delta that makes less', [sound, delta([10, 3, 0x90, 2])]],
    ['a delta of a petabyte', [sound, delta([10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0x90, 4])]],
    ['a delta with the reserved code', [sound, delta([10, 3, 0, 3])]],
    ['a delta that ends within a code', [sound, delta([10, 3, 0x9f, 0])]],
    ['a delta that ends within its data', [sound, delta([10, 9, 9, 65])]],
    ['a delta without sizes', [sound, delta([0x80])]],
    ['other bytes than its id says', [sound, delta([10, 6, 0x90, 5, 1, 120])]],
  ])('with %s is refused', async (_, entries) => {
    writePack(entries);
    await expect(at.open().read(a)).rejects.toEqual(unavailable);
    if (entries.includes(sound)) expect((await at.open().read(baseOid))?.bytes).toEqual(base);
    // The size of a damaged object is returned or refused, but the read always ends.
    await at
      .open()
      .blobSize(a)
      .catch((error) => expect(error).toEqual(unavailable));
  });

  it('with a chain of deltas that expand hugely is refused, and does not block the event loop', async () => {
    // Each delta makes 64 MB out of its base by copying it again and again.
    const copies = (from: number, to: number) => {
      const size = (value: number) => {
        const bytes = [];
        for (let rest = value; ; rest = Math.floor(rest / 128)) {
          if (rest < 128) return [...bytes, rest];
          bytes.push((rest & 0x7f) | 0x80);
        }
      };
      const count = Math.min(from, 0x10000);
      const code = [0xb0, count & 0xff, (count >> 8) & 0xff];
      if (count === 0x10000) code.splice(0, 3, 0x80);
      return Buffer.from([
        ...size(from),
        ...size(to),
        ...Array(to / count)
          .fill(code)
          .flat(),
      ]);
    };
    const first = deflateSync(Buffer.alloc(65_536));
    const entries: RawEntry[] = [{ oid: '0'.repeat(40), header: typeAndSize(3, 65_536), deflated: first }];
    const maxBytes = 64 * 1024 * 1024;
    for (let n = 1; n < 300; n++) {
      const bytes = copies(n === 1 ? 65_536 : maxBytes, maxBytes);
      const oid = n.toString(16).padStart(40, '0');
      const before = id((n - 1).toString(16).padStart(40, '0'));
      entries.push({
        oid,
        header: [...typeAndSize(7, bytes.length), ...before],
        deflated: deflateSync(bytes),
      });
    }
    writePack(entries);
    const last = entries.at(-1)!.oid;
    // 300 times 64 MB would be 19 GB. Other requests are served before it gives up.
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await expect(at.open().read(last)).rejects.toEqual(unavailable);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  }, 60_000);
});
