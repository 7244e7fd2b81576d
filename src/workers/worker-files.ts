import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GitRepository } from '../git/git-store.js';

/** A worker's folders: `files` is what the kernel sees, `state` is the gateway's. */
export interface WorkerFolders {
  files: string;
  state: string;
}

/** What the gateway wrote last, by path: blob oids. */
type Manifest = Record<string, string>;

/** Writes the files of a commit into an empty worker folder. */
export async function layOutFiles(
  git: GitRepository,
  commitOid: string,
  at: WorkerFolders,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(at.files, { recursive: true });
  const manifest: Manifest = {};
  for (const { path, oid } of await git.listFiles(commitOid)) {
    signal.throwIfAborted();
    if (await put(git, commitOid, path, at.files)) manifest[path] = oid;
  }
  await writeManifest(at, manifest);
}

/**
 * Brings a live worker's folder up to a commit. A file that the kernel changed, made or removed is never touched.
 * @returns the paths that differ for that reason, sorted
 */
export async function syncFiles(git: GitRepository, commitOid: string, at: WorkerFolders): Promise<string[]> {
  const manifest: Manifest = JSON.parse(await readFile(manifestPath(at), 'utf8'));
  const wanted = new Map((await git.listFiles(commitOid)).map(({ path, oid }) => [path, oid]));
  const conflicts: string[] = [];
  for (const path of new Set([...Object.keys(manifest), ...wanted.keys()])) {
    const before = manifest[path] ?? null;
    const after = wanted.get(path) ?? null;
    const now = await blobOid(join(at.files, path));
    if (now === after) {
      if (after) manifest[path] = after;
      else delete manifest[path];
    } else if (now !== before) {
      conflicts.push(path);
    } else if (after === null) {
      await rm(join(at.files, path), { force: true });
      delete manifest[path];
    } else if (await put(git, commitOid, path, at.files)) {
      manifest[path] = after;
    } else {
      conflicts.push(path);
    }
  }
  await writeManifest(at, manifest);
  return conflicts.sort();
}

/** Writes one file by temp and rename; false when a folder on the way is not a plain folder of the worker's. */
async function put(git: GitRepository, commitOid: string, path: string, root: string): Promise<boolean> {
  const file = await git.readFile(commitOid, path);
  if (!file) return false;
  const target = join(root, path);
  try {
    await mkdir(dirname(target), { recursive: true });
    if ((await realpath(dirname(target))) !== join(await realpath(root), dirname(path))) return false;
    const temporary = join(dirname(target), `.${file.oid}.tmp`);
    await writeFile(temporary, file.bytes, { flag: 'wx' });
    await rename(temporary, target);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
}

/** The Git blob oid of what lies at a path; null for nothing and `other` for what is no plain file. */
async function blobOid(file: string): Promise<string | null> {
  try {
    if (!(await lstat(file)).isFile()) return 'other';
    const bytes = await readFile(file);
    return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function manifestPath(at: WorkerFolders): string {
  return join(at.state, 'files.json');
}

async function writeManifest(at: WorkerFolders, manifest: Manifest): Promise<void> {
  const temporary = `${manifestPath(at)}.tmp`;
  await writeFile(temporary, JSON.stringify(manifest));
  await rename(temporary, manifestPath(at));
}
