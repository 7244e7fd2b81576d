import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from '../engines/git/git-store.js';
import { inParallel } from './in-parallel.js';
import { openWorkerFolder, type WorkerFolder } from './worker-folder.js';
import {
  clearIntents,
  type Manifest,
  readIntents,
  readManifest,
  writeIntents,
  writeManifest,
} from './worker-manifest.js';

/** A worker's folders: `files` is what the kernel sees, `state` is the gateway's. */
export interface WorkerFolders {
  files: string;
  state: string;
  /** Opens what the kernel sees where that is not `files`, but on another machine. */
  openRemote?: (signal?: AbortSignal) => Promise<WorkerFolder>;
}

/** What became of a worker's folder. */
export interface SyncedFiles {
  /** The paths that are not as the commit has them: changed by the kernel, or failed; sorted. */
  conflicts: string[];
  /** Why the first of those failed that did; undefined when none did. */
  failure: unknown;
}

/** Writes the files of a commit into an empty worker folder. */
export async function layOutFiles(
  git: GitRepository,
  commitOid: string,
  at: WorkerFolders,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(at.files, { recursive: true });
  const folder = await openFolder(at, signal);
  const manifest: Manifest = new Map();
  await inParallel(await git.listFiles(commitOid), folder.parallel, async ({ path, oid }) => {
    signal.throwIfAborted();
    const file = await git.readFile(commitOid, path);
    if (file && (await folder.put(path, file.bytes, { oid: null, stamp: '' }))) manifest.set(path, oid);
  });
  await writeManifest(at.state, manifest);
}

/**
 * Brings a live worker's folder up to a commit. A file that the kernel changed, made or removed is never touched. One
 * path that fails keeps no other from being written. Looks only at the paths that the commit changes.
 * @throws Error when nothing could be done
 */
export async function syncFiles(
  git: GitRepository,
  commitOid: string,
  at: WorkerFolders,
): Promise<SyncedFiles> {
  const manifest = await readManifest(at.state);
  const folder = await openFolder(at);
  await settleIntents(folder, manifest, at.state);
  const wanted: Manifest = new Map((await git.listFiles(commitOid)).map(({ path, oid }) => [path, oid]));
  const paths = [...new Set([...manifest.keys(), ...wanted.keys()])].filter(
    (path) => manifest.get(path) !== wanted.get(path),
  );
  const conflicts: string[] = [];
  let failure: unknown;
  if (paths.length > 0) {
    await writeIntents(at.state, new Map(paths.map((path) => [path, wanted.get(path) ?? null])));
    const bringUp = async (path: string) => {
      const after = wanted.get(path) ?? null;
      try {
        const read = async () => (await git.readFile(commitOid, path))?.bytes ?? null;
        if (await bring(folder, path, manifest.get(path) ?? null, after, read)) note(manifest, path, after);
        else conflicts.push(path);
      } catch (error) {
        conflicts.push(path);
        failure ??= error;
      }
    };
    // Removals first: what was a file may become a folder.
    for (const isWanted of [false, true]) {
      const some = paths.filter((path) => wanted.has(path) === isWanted);
      await inParallel(some, folder.parallel, bringUp);
    }
    await writeManifest(at.state, manifest);
    await clearIntents(at.state);
  }
  return { conflicts: conflicts.sort(), failure };
}

/** Brings one path from one blob to another, null for none; false when the kernel's own lies there. */
async function bring(
  folder: WorkerFolder,
  path: string,
  before: string | null,
  after: string | null,
  read: () => Promise<Uint8Array | null>,
): Promise<boolean> {
  // A folder on the branch may have become a file; its own files were removed before.
  if (before === null) await folder.removeEmptyFolder(path);
  const found = await folder.look(path);
  if (found.oid === after) return true;
  if (found.oid !== before) return false;
  if (after === null) return folder.remove(path, found);
  const bytes = await read();
  return bytes !== null && folder.put(path, bytes, found);
}

/** Takes up what a process that was killed midway had written already. */
async function settleIntents(folder: WorkerFolder, manifest: Manifest, state: string): Promise<void> {
  const intents = await readIntents(state);
  if (intents.size === 0) return;
  for (const [path, oid] of intents) {
    // What cannot be looked at fails again when it is brought up to date, and is reported then.
    const found = await folder.look(path).catch(() => null);
    if (found?.oid === oid) note(manifest, path, oid);
  }
  await writeManifest(state, manifest);
  await clearIntents(state);
}

function note(manifest: Manifest, path: string, oid: string | null): void {
  if (oid === null) manifest.delete(path);
  else manifest.set(path, oid);
}

function openFolder(at: WorkerFolders, signal?: AbortSignal): Promise<WorkerFolder> {
  return at.openRemote?.(signal) ?? openWorkerFolder(at.files, join(at.state, 'incoming'));
}
