import { LRUCache } from 'lru-cache';
import type { PackFile } from '../packs/pack-file.js';
import { type PackCaches, PackFolder } from '../packs/pack-folder.js';
import type { FileListing } from '../trees/tree-files.js';
import type { GitObject } from './object-codec.js';

const mebibyte = 1024 * 1024;

/** Every bound on what a store keeps in memory or open; bytes unless the name says otherwise. */
const bounds = {
  objects: 64 * mebibyte,
  /** Larger objects are not kept. */
  largestObject: mebibyte,
  blobSizeCount: 100_000,
  listings: 64 * mebibyte,
  /** Bases of deltas, by pack and offset. */
  deltaBases: 32 * mebibyte,
  largestDeltaBase: 8 * mebibyte,
  indexSlices: 16 * mebibyte,
  /** Two file descriptors each. */
  openPackCount: 128,
  openPackIdleMs: 60_000,
  /** Repositories whose list of packs is known. */
  packFolderCount: 1000,
} as const;

/** What an entry of a cache takes besides its bytes. */
const overhead = 256;

/** Larger blobs are read anew each time. */
export const largestCachedBlob = 64 * 1024;

/** How often packs that were idle are looked for. */
export const sweepMs = bounds.openPackIdleMs / 2;

/**
 * What is remembered between operations, for all repositories of a store. Objects, sizes and listings are kept by
 * repository: an object of one is never served from another.
 */
export interface ObjectCaches extends PackCaches {
  /** Trees, commits, tags and small blobs by `repositoryId:oid`. */
  objects: LRUCache<string, GitObject>;
  /** Sizes of blobs in bytes, by the same key. */
  sizes: LRUCache<string, number>;
  /** Files below a tree, by `repositoryId:treeOid:prefix`. */
  listings: LRUCache<string, FileListing>;
  /** By repository id. */
  packFolders: LRUCache<string, PackFolder>;
}

/** Makes empty caches, within the bounds above. */
export function createObjectCaches(): ObjectCaches {
  return {
    objects: new LRUCache({
      maxSize: bounds.objects,
      maxEntrySize: bounds.largestObject,
      sizeCalculation: objectBytes,
    }),
    // A size instead of `max`, which would take room for all of them at once, and some milliseconds of every start.
    sizes: new LRUCache({ maxSize: bounds.blobSizeCount, sizeCalculation: () => 1 }),
    listings: new LRUCache({ maxSize: bounds.listings, sizeCalculation: (listing) => listing.bytes }),
    deltaBases: new LRUCache({
      maxSize: bounds.deltaBases,
      maxEntrySize: bounds.largestDeltaBase,
      sizeCalculation: objectBytes,
    }),
    indexSlices: new LRUCache({
      maxSize: bounds.indexSlices,
      sizeCalculation: (slice) => slice.length + overhead,
    }),
    openPacks: new LRUCache<string, PackFile>({
      max: bounds.openPackCount,
      ttl: bounds.openPackIdleMs,
      updateAgeOnGet: true,
      dispose: (pack) => pack.close(),
    }),
    packFolders: new LRUCache({ max: bounds.packFolderCount }),
  };
}

/** The packs of a repository. */
export function packFolderOf(caches: ObjectCaches, repositoryId: string, folder: string): PackFolder {
  const known = caches.packFolders.get(repositoryId);
  if (known) return known;
  const made = new PackFolder(folder, caches);
  caches.packFolders.set(repositoryId, made);
  return made;
}

function objectBytes(object: GitObject): number {
  return object.bytes.length + overhead;
}
