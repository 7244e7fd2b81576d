import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const types = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** One object of a pack as its file has it; `base` makes the content a delta on another object. */
export interface PackedObject {
  type: keyof typeof types;
  content: Buffer;
  base?: string;
}

/** A pack of any objects, valid or not. @see https://git-scm.com/docs/gitformat-pack */
export function buildPack(objects: PackedObject[], claimed = objects.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(claimed, 8);
  const parts = objects.flatMap(({ type, content, base }) => [
    entryHeader(base ? 7 : types[type], content.length),
    base ? Buffer.from(base, 'hex') : Buffer.alloc(0),
    deflateSync(content),
  ]);
  const pack = Buffer.concat([head, ...parts]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

/** A delta that repeats the first 64 KiB of its base. */
export function repeatingDelta(baseSize: number, times: number): Buffer {
  return Buffer.concat([
    varint(baseSize),
    varint(times * 65_536),
    // 0x80 says that it is a copy; with neither offset nor size it copies 64 KiB from the start.
    Buffer.alloc(times, 0x80),
  ]);
}

/** A tree object of any entries, in the order given. */
export function treeBytes(entries: [mode: string, name: string | Buffer, oid: string][]): Buffer {
  return Buffer.concat(
    entries.flatMap(([mode, name, oid]) => [
      Buffer.from(`${mode} `),
      Buffer.from(name as string),
      Buffer.from([0]),
      Buffer.from(oid, 'hex'),
    ]),
  );
}

/** The id of an object. */
export function oidOf(type: string, content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** A commit object. */
export function commitBytes(tree: string, parent?: string): Buffer {
  const who = 'Outside <outside@example.org> 1700000000 +0000';
  return Buffer.from(
    `tree ${tree}\n${parent ? `parent ${parent}\n` : ''}author ${who}\ncommitter ${who}\n\nx\n`,
  );
}

function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
