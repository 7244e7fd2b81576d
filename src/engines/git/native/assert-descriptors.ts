import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { storageUnavailable } from '../durability/storage-error.js';

/** Two for each of the three streams of a process, and two for the pipe that reports whether it was started. */
const neededToSpawn = 8;

/**
 * Checks that enough file descriptors are free to start a process. Node leaks the descriptors that it has opened when it
 * runs out of them half-way, so each failed attempt would leave fewer.
 * @throws DomainError `storage_unavailable`
 */
export function assertDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < neededToSpawn) opened.push(openSync(devNull, 'r'));
  } catch (error) {
    throw storageUnavailable(error);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
