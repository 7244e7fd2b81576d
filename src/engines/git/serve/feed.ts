import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { storageUnavailable } from '../durability/storage-error.js';

const keptErrorBytes = 8 * 1024;

/**
 * Writes what comes to a process's input, no faster than it reads, and ends it. What comes after the process has closed
 * its input is read all the same and dropped: its client would not read an answer before it has sent everything.
 */
export async function feed(stdin: Writable, chunks: AsyncIterable<Buffer>): Promise<void> {
  // A process may end before it has read its input; its exit code tells.
  stdin.on('error', () => {});
  try {
    for await (const chunk of chunks) {
      if (stdin.writable && !stdin.write(chunk)) await drained(stdin);
    }
    stdin.end();
  } catch (error) {
    stdin.destroy();
    throw error;
  }
}

/** Waits for all to settle, so that nothing runs on behind the caller, then throws what the first failure threw. */
export async function allEnded<T extends unknown[]>(
  parts: [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(parts);
  return (await Promise.all(parts)) as T;
}

/** Collects the last of what a process says on its error output; for the log only. */
export function keepErrors(child: ChildProcess): () => string {
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-keptErrorBytes);
  });
  return () => errors;
}

/**
 * Waits for a process and its streams to end; null when it was killed.
 * @throws DomainError `storage_unavailable` when it could not be started
 */
export function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(storageUnavailable(error)));
    child.once('close', resolve);
  });
}

/** Waits until a stream takes more, or is closed; `signal` ends the wait. */
export function drained(stream: Writable, signal?: AbortSignal): Promise<void> {
  if (stream.destroyed || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
