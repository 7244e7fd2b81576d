import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from '../engines/git/git-store.js';
import type { FileOwner } from './backend.js';
import { changeManyFiles } from './change-many-files.js';
import { inParallel } from './in-parallel.js';
import { LocalFolder } from './local-folder.js';
import type { RemoteFolder, WorkerFolder } from './worker-folder.js';
import {
  clearIntents,
  type Manifest,
  readIntents,
  readManifest,
  writeIntents,
  writeManifest,
} from './worker-manifest.js';

/** The folders of a worker: its kernels work in `files`; `state` is the gateway's own. Absolute paths. */
export interface WorkerFolders {
  files: string;
  state: string;
  /** Owns what is written into `files`; default the gateway's own user. */
  owner?: FileOwner;
  /** Opens the folder that the kernels work in, where it is on another machine and `files` is not used. */
  openRemote?: (signal?: AbortSignal) => Promise<RemoteFolder>;
}

/** The outcome of {@link syncFiles}. */
export interface SyncedFiles {
  /** The paths that differ from the commit, because the kernel changed them or a write failed; sorted. */
  conflicts: string[];
  /** The error of the first write that failed; undefined when none did. */
  failure: unknown;
}

/** Creates the folder that the kernels of a worker work in, unless the backend does. */
export async function prepareFolders(folders: WorkerFolders): Promise<void> {
  await mkdir(folders.files, { recursive: true });
  if (!folders.openRemote) await openFolder(folders);
}

/**
 * Writes the files of a commit into an empty worker folder.
 * @throws what `signal` was aborted with, and Error when a file cannot be read or written
 */
export async function layOutFiles(
  git: GitRepository,
  commitOid: string,
  folders: WorkerFolders,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folders.files, { recursive: true });
  const folder = await openFolder(folders, signal);
  const manifest: Manifest = new Map();
  const files = await git.listFiles(commitOid);
  const read = async (path: string) => (await git.readFile(commitOid, path))?.bytes ?? null;
  const written = await changeManyFiles(
    folder,
    files.map(({ path }) => ({ path, before: null })),
    read,
    signal,
  );
  await inParallel(files, folder.parallel, async ({ path, oid }) => {
    signal.throwIfAborted();
    const bytes = written.has(path) ? null : await read(path);
    const isNow = bytes && (await folder.put(path, bytes, { oid: null, stamp: '' }));
    if (isNow || written.has(path)) manifest.set(path, oid);
  });
  await writeManifest(folders.state, manifest);
}

/** Notes that a worker's folder has the files of a commit, which something else has written into it. */
export async function recordFiles(
  git: GitRepository,
  commitOid: string,
  { state }: Pick<WorkerFolders, 'state'>,
): Promise<void> {
  const files = await git.listFiles(commitOid);
  await writeManifest(state, new Map(files.map(({ path, oid }) => [path, oid])));
}

/**
 * Brings the folder of a live worker to a commit. A file that the kernel changed, created or removed is never touched.
 * A path that fails does not stop the others. Reads only the paths that differ between the last commit and this one.
 * @throws Error when nothing could be done
 */
export async function syncFiles(
  git: GitRepository,
  commitOid: string,
  folders: WorkerFolders,
): Promise<SyncedFiles> {
  const manifest = await readManifest(folders.state);
  const folder = await openFolder(folders);
  await recordInterruptedSync(folder, manifest, folders.state);
  const wanted: Manifest = new Map((await git.listFiles(commitOid)).map(({ path, oid }) => [path, oid]));
  const paths = [...new Set([...manifest.keys(), ...wanted.keys()])].filter(
    (path) => manifest.get(path) !== wanted.get(path),
  );
  if (paths.length === 0) return { conflicts: [], failure: undefined };
  await writeIntents(folders.state, new Map(paths.map((path) => [path, wanted.get(path) ?? null])));
  const read = async (path: string) => (await git.readFile(commitOid, path))?.bytes ?? null;
  const synced = await syncPaths(paths, { folder, manifest, wanted, read });
  await writeManifest(folders.state, manifest);
  await clearIntents(folders.state);
  return synced;
}

/** What {@link syncPaths} works with. */
interface PathSync {
  folder: WorkerFolder;
  /** Is brought up to date with each path that succeeds. */
  manifest: Manifest;
  wanted: Manifest;
  /** The bytes of a wanted file; null when the commit has none. */
  read(path: string): Promise<Uint8Array | null>;
}

async function syncPaths(paths: string[], sync: PathSync): Promise<SyncedFiles> {
  const { folder, manifest, wanted } = sync;
  const synced: SyncedFiles = { conflicts: [], failure: undefined };
  const syncAll = (some: string[]) =>
    inParallel(some, folder.parallel, async (path) => {
      try {
        if (await syncPath(path, sync)) record(manifest, path, wanted.get(path) ?? null);
        else synced.conflicts.push(path);
      } catch (error) {
        synced.conflicts.push(path);
        synced.failure ??= error;
      }
    });
  const changeAll = async (some: string[]) => {
    const changes = some.map((path) => ({
      path,
      before: manifest.get(path) ?? null,
      isRemoved: !wanted.has(path),
    }));
    const changed = await changeManyFiles(folder, changes, sync.read).catch(() => new Set<string>());
    for (const path of changed) record(manifest, path, wanted.get(path) ?? null);
    await syncAll(some.filter((path) => !changed.has(path)));
  };
  // Removals first: the path of a file may become a folder.
  await changeAll(paths.filter((path) => !wanted.has(path)));
  await changeAll(paths.filter((path) => wanted.has(path)));
  synced.conflicts.sort();
  return synced;
}

/**
 * Brings one path from its blob in the manifest to the wanted one; false when the path holds a file of the kernel's.
 */
async function syncPath(path: string, { folder, manifest, wanted, read }: PathSync): Promise<boolean> {
  const before = manifest.get(path) ?? null;
  const after = wanted.get(path) ?? null;
  // A folder of the branch may have become a file; its own files have been removed already.
  if (before === null) await folder.removeEmptyFolder(path);
  const found = await folder.look(path);
  if (found.oid === after) return true;
  if (found.oid !== before) return false;
  if (after === null) return folder.remove(path, found);
  const bytes = await read(path);
  return bytes !== null && folder.put(path, bytes, found);
}

/** Adds to the manifest what a process that was killed during a synchronization had written already. */
async function recordInterruptedSync(folder: WorkerFolder, manifest: Manifest, state: string): Promise<void> {
  const intents = await readIntents(state);
  if (intents.size === 0) return;
  for (const [path, oid] of intents) {
    // A path that cannot be read fails again in the synchronization that follows, and is reported then.
    const found = await folder.look(path).catch(() => null);
    if (found?.oid === oid) record(manifest, path, oid);
  }
  await writeManifest(state, manifest);
  await clearIntents(state);
}

function record(manifest: Manifest, path: string, oid: string | null): void {
  if (oid === null) manifest.delete(path);
  else manifest.set(path, oid);
}

function openFolder(folders: WorkerFolders, signal?: AbortSignal): Promise<WorkerFolder> {
  const { files, state, owner } = folders;
  return folders.openRemote?.(signal) ?? LocalFolder.open(files, join(state, 'incoming'), owner);
}
