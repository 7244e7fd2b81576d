import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../durability/storage-error.js';

/** The number and size of a repository's objects on disk. */
export interface ObjectStatistics {
  /** Objects that are not in a pack. */
  looseObjects: number;
  packs: number;
  /** Bytes of all object files, loose and packed. */
  sizeBytes: number;
}

const looseThreshold = 2_000;
const looseBytesThreshold = 256 * 1024 * 1024;
const packThreshold = 20;
/** 16 of the 256 folders of loose objects, which are spread evenly over all of them. */
const sampledFolders = Array.from({ length: 16 }, (_, number) => `${number.toString(16)}8`);
const statsAtOnce = 64;

/**
 * Whether a repository needs maintenance: it has over 2,000 loose objects or over 256 MiB of them, estimated from a sixteenth
 * of their folders, or over 20 packs.
 */
export async function needsMaintenance(gitdir: string): Promise<boolean> {
  let objects = 0;
  let bytes = 0;
  for (const folder of sampledFolders) {
    const loose = await looseIn(gitdir, folder);
    objects += loose.objects;
    bytes += loose.bytes;
  }
  const share = 256 / sampledFolders.length;
  return (
    objects * share > looseThreshold ||
    bytes * share > looseBytesThreshold ||
    (await countPacks(gitdir)) > packThreshold
  );
}

/** The number of packs of a repository. */
export async function countPacks(gitdir: string): Promise<number> {
  const names = await namesIn(join(gitdir, 'objects', 'pack'));
  return names.filter((name) => name.endsWith('.pack')).length;
}

/** Counts and measures all object files, without those that are removed meanwhile. */
export async function measureObjects(gitdir: string): Promise<ObjectStatistics> {
  const packFolder = join(gitdir, 'objects', 'pack');
  const packed = await namesIn(packFolder);
  const found: ObjectStatistics = {
    looseObjects: 0,
    packs: packed.filter((name) => name.endsWith('.pack')).length,
    sizeBytes: await bytesOf(packFolder, packed),
  };
  for (let number = 0; number < 256; number++) {
    const folder = number.toString(16).padStart(2, '0');
    const loose = await looseIn(gitdir, folder);
    found.looseObjects += loose.objects;
    found.sizeBytes += loose.bytes;
  }
  return found;
}

async function looseIn(gitdir: string, folder: string): Promise<{ objects: number; bytes: number }> {
  const path = join(gitdir, 'objects', folder);
  const names = (await namesIn(path)).filter((name) => /^[0-9a-f]{38}$/.test(name));
  return { objects: names.length, bytes: await bytesOf(path, names) };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}

async function bytesOf(folder: string, names: string[]): Promise<number> {
  let bytes = 0;
  for (let at = 0; at < names.length; at += statsAtOnce) {
    const files = names.slice(at, at + statsAtOnce).map((name) => stat(join(folder, name)).catch(() => null));
    for (const file of await Promise.all(files)) bytes += file?.size ?? 0;
  }
  return bytes;
}
