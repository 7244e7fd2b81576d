import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../errors.js';

/** A lock that is held until it is released or the process ends in any way. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/** Enough attempts for a gateway that is shutting down, which frees its folder within moments. */
const maxAttempts = 30;
const retryAfterMs = 100;

/**
 * `O_EXLOCK | O_NONBLOCK` of macOS and the BSDs: open(2) takes an advisory lock that the system frees with the process.
 * @see https://man.freebsd.org/cgi/man.cgi?query=open&sektion=2
 */
const openWithLock = 0x20 | 0x4;
/** `O_CREAT | O_RDWR`, which have the same values on all these systems. */
const createForWriting = 0x200 | 0x2;
/** The error codes when the lock has a holder: of a socket or pipe, and of a file. */
const busyCodes = ['EADDRINUSE', 'EAGAIN'];
const bsdFamily: readonly string[] = ['darwin', 'freebsd', 'netbsd', 'openbsd'];

/**
 * Makes this process the only owner of an existing folder. PGlite does not refuse a second process over the same files, and
 * two writers destroy them. The lock is an abstract socket on Linux, a named pipe on Windows, and a locked file on macOS and
 * the BSDs: the operating system frees each of them when its holder is killed, so a lock is never stale.
 *
 * Waits up to 3 s for a holder that is shutting down. An abstract socket belongs to a network namespace, so the lock does
 * not work between containers that share a volume.
 *
 * @throws DomainError `storage_unavailable` when another process, or another caller in this one, holds the lock, and on
 *   platforms that offer none of the three
 * @see https://man7.org/linux/man-pages/man7/unix.7.html
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const folder = await realpath(directory);
  const name = `notebook-gateway-${createHash('sha256').update(folder).digest('hex')}`;
  const take = platformLock(folder, name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await take();
    } catch (cause) {
      const busy = busyCodes.includes((cause as NodeJS.ErrnoException).code ?? '');
      if (busy && attempt < maxAttempts) await sleep(retryAfterMs);
      else throw refusal(busy, cause);
    }
  }
}

function platformLock(folder: string, name: string): () => Promise<DirectoryLock> {
  if (process.platform === 'linux') return () => listenLock(`\0${name}`);
  if (process.platform === 'win32') return () => listenLock(`\\\\.\\pipe\\${name}`);
  if (bsdFamily.includes(process.platform)) return () => fileLock(path.join(folder, 'gateway.lock'));
  throw new DomainError(
    'storage_unavailable',
    'The embedded database cannot be locked on this platform; set DATABASE_URL to a PostgreSQL server.',
  );
}

async function listenLock(address: string): Promise<DirectoryLock> {
  const server = createServer((socket) => socket.destroy());
  // The lock alone must not keep the process running.
  server.unref();
  server.listen(address);
  await once(server, 'listening');
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function fileLock(file: string): Promise<DirectoryLock> {
  const handle = await open(file, createForWriting | openWithLock, 0o600);
  return { release: () => handle.close() };
}

function refusal(busy: boolean, cause: unknown): DomainError {
  const message = busy
    ? 'Another gateway uses this data folder; stop it, or set DATA_DIR to another folder.'
    : 'The data folder cannot be locked; set DATA_DIR to a folder on a local disk.';
  return new DomainError('storage_unavailable', message, { cause });
}
