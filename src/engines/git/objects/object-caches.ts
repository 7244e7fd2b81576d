import { LRUCache } from 'lru-cache';
import type { PackFile } from '../packs/pack-file.js';
import { type PackCaches, PackFolder } from '../packs/pack-folder.js';
import type { FileListing } from '../trees/file-listing.js';
import type { GitObject } from './object-codec.js';

const mebibyte = 1024 * 1024;

/** All bounds on what a store keeps in memory or open, in bytes unless the name says otherwise. */
const bounds = {
  objects: 64 * mebibyte,
  maxObject: mebibyte,
  blobSizeCount: 100_000,
  listings: 64 * mebibyte,
  deltaBases: 32 * mebibyte,
  maxDeltaBase: 8 * mebibyte,
  indexSlices: 16 * mebibyte,
  /** Each takes two file descriptors. */
  openPackCount: 128,
  openPackIdleMs: 60_000,
  packFolderCount: 1000,
} as const;

/** Bytes that an entry of a cache takes besides its value. */
const overhead = 256;

/** Larger blobs are not cached, so that they do not displace trees and commits. */
export const maxCachedBlobBytes = 64 * 1024;

/** How often packs that nobody reads are closed. */
export const sweepMs = bounds.openPackIdleMs / 2;

/**
 * The caches of a store, for all its repositories. The keys of objects, sizes and listings name the repository, so that an
 * object of one is never read through another.
 */
export interface ObjectCaches extends PackCaches {
  /** Trees, commits, tags and small blobs by `repositoryId:oid`. */
  objects: LRUCache<string, GitObject>;
  /** Sizes of blobs in bytes, by `repositoryId:oid`. */
  sizes: LRUCache<string, number>;
  /** Whether blobs are binary, by `repositoryId:oid`. */
  binaries: LRUCache<string, boolean>;
  /** Files below a tree, by `repositoryId:treeOid:prefix`. */
  listings: LRUCache<string, FileListing>;
  /** By repository id. */
  packFolders: LRUCache<string, PackFolder>;
}

/** Creates empty caches. */
export function createObjectCaches(): ObjectCaches {
  return {
    objects: new LRUCache({
      maxSize: bounds.objects,
      maxEntrySize: bounds.maxObject,
      sizeCalculation: objectBytes,
    }),
    // With `max` instead, lru-cache would allocate all entries at the start, which takes some milliseconds.
    sizes: new LRUCache({ maxSize: bounds.blobSizeCount, sizeCalculation: () => 1 }),
    binaries: new LRUCache({ maxSize: bounds.blobSizeCount, sizeCalculation: () => 1 }),
    listings: new LRUCache({ maxSize: bounds.listings, sizeCalculation: (listing) => listing.bytes }),
    deltaBases: new LRUCache({
      maxSize: bounds.deltaBases,
      maxEntrySize: bounds.maxDeltaBase,
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
  const packs = new PackFolder(folder, caches);
  caches.packFolders.set(repositoryId, packs);
  return packs;
}

function objectBytes(object: GitObject): number {
  return object.bytes.length + overhead;
}
