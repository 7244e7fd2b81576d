import { LRUCache } from 'lru-cache';
import type { GitObject } from './object-codec.js';

const objectBytes = 64 * 1024 * 1024;
const largestCachedObject = 1024 * 1024;
const packBytes = 512 * 1024 * 1024;
const packIdleMs = 5 * 60 * 1000;
const blobSizes = 100_000;

/** isomorphic-git's memory of one repository's packs, good for one state of the folder `objects/pack`. */
export interface PackCache {
  /** Tells states of the folder apart. */
  stamp: string;
  /** Bytes of the folder's files, at least 1. */
  size: number;
  /** Opaque; given to isomorphic-git as its `cache`. */
  cache: object;
}

/** What is remembered between operations, for all repositories of a store; each part has a bound. */
export interface ObjectCaches {
  /** Trees, commits and tags by `repositoryId:oid`: an object of one repository is never served from another. */
  objects: LRUCache<string, GitObject>;
  /** Sizes of blobs, by the same key. */
  sizes: LRUCache<string, number>;
  /** By repository id. */
  packs: LRUCache<string, PackCache>;
}

/** Makes empty caches: 64 MiB of objects, 512 MiB of packs (one pack folder may be larger), 100,000 sizes. */
export function createObjectCaches(): ObjectCaches {
  return {
    objects: new LRUCache({
      maxSize: objectBytes,
      maxEntrySize: largestCachedObject,
      sizeCalculation: (object) => object.bytes.length + 256,
    }),
    sizes: new LRUCache({ max: blobSizes }),
    packs: new LRUCache({
      maxSize: packBytes,
      // A single larger pack must be kept all the same, or each read would load it anew.
      sizeCalculation: (packs) => Math.min(packs.size, packBytes),
      ttl: packIdleMs,
      updateAgeOnGet: true,
      ttlAutopurge: false,
    }),
  };
}
