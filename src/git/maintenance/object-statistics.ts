import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../storage-error.js';

/** How the objects of a repository lie on disk. */
export interface ObjectStatistics {
  /** Objects in a file of their own. */
  looseObjects: number;
  packs: number;
  /** Bytes of all object files, loose and packed. */
  sizeBytes: number;
}

const looseThreshold = 2_000;
const packThreshold = 20;
const statsAtOnce = 64;

/**
 * Whether maintenance pays, by two looks at folders: more than some 2,000 loose objects, estimated as git does from one
 * of the 256 folders over which their names spread evenly, or more than 20 packs.
 */
export async function needsMaintenance(gitdir: string): Promise<boolean> {
  const sample = await looseNames(gitdir, '17');
  return sample.length * 256 > looseThreshold || (await countPacks(gitdir)) > packThreshold;
}

/** How many packs there are. */
export async function countPacks(gitdir: string): Promise<number> {
  const names = await namesIn(join(gitdir, 'objects', 'pack'));
  return names.filter((name) => name.endsWith('.pack')).length;
}

/** Counts and measures all object files; one that vanishes meanwhile counts nothing. */
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
    const names = await looseNames(gitdir, folder);
    found.looseObjects += names.length;
    found.sizeBytes += await bytesOf(join(gitdir, 'objects', folder), names);
  }
  return found;
}

async function looseNames(gitdir: string, folder: string): Promise<string[]> {
  const names = await namesIn(join(gitdir, 'objects', folder));
  return names.filter((name) => /^[0-9a-f]{38}$/.test(name));
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
