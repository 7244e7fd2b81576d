import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { storageUnavailable } from '../durability/storage-error.js';

/** Two for each of the three streams of a process, and two over which it tells that it was started. */
const neededToSpawn = 8;

/**
 * Refuses to start a process when the file descriptors for it cannot be had: Node, which runs out of them half-way,
 * never gives back those that it has by then, so that each attempt leaves fewer.
 * @throws DomainError `storage_unavailable`
 */
export function assertDescriptors(): void {
  const held: number[] = [];
  try {
    while (held.length < neededToSpawn) held.push(openSync(devNull, 'r'));
  } catch (error) {
    throw storageUnavailable(error);
  } finally {
    for (const descriptor of held) closeSync(descriptor);
  }
}
