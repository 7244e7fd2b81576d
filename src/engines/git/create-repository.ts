import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../errors.js';
import { DurableFiles } from './durability/durable-files.js';
import { errnoOf } from './durability/storage-error.js';
import type { StoreOwner } from './durability/store-owner.js';
import { tempFolder, tempName } from './durability/temp-name.js';
import type { Identity } from './identity.js';
import { encodeCommit } from './objects/commit-object.js';
import { writeLooseObjects } from './objects/loose-objects.js';
import { ObjectBatch } from './objects/object-batch.js';
import { createObjectCaches } from './objects/object-caches.js';
import { ObjectStore } from './objects/object-store.js';
import { assertBranchName } from './ref-name.js';
import { applyChanges } from './trees/apply-changes.js';
import { TreeEditor } from './trees/tree-editor.js';

/** The first commit of a new repository. */
export interface RepositoryInit {
  defaultBranch: string;
  author: Identity;
  committer: Identity;
  message: string;
  /** May be empty. */
  files: { path: string; bytes: Uint8Array }[];
}

const config = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n';

/**
 * Creates a bare repository with one commit. It is built in the temp folder and then renamed, so it exists whole or not at
 * all. isomorphic-git's `init` does neither this nor sync, and would set `core.filemode` to false.
 * @see https://git-scm.com/docs/gitrepository-layout
 * @throws DomainError `invalid_ref`, `invalid_path`, `file_exists`, `already_exists`, `storage_unavailable`
 */
export async function createRepository(
  at: { directory: string; owner: StoreOwner },
  init: RepositoryInit,
): Promise<{ commitOid: string }> {
  assertBranchName(init.defaultBranch);
  const { root } = at.owner;
  const gitdir = join(root, tempFolder, tempName((await at.owner.instance()).id));
  const files = new DurableFiles(gitdir, at.owner);
  const touched = new Set<string>();
  try {
    for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
      await files.makeDirectory(join(gitdir, folder), touched);
    }
    const commitOid = await firstCommit(files, init, touched);
    const head = `refs/heads/${init.defaultBranch}`;
    await files.replace(join(gitdir, head), Buffer.from(`${commitOid}\n`), 0o644, touched);
    await files.replace(join(gitdir, 'config'), Buffer.from(config), 0o644, touched);
    await files.replace(join(gitdir, 'HEAD'), Buffer.from(`ref: ${head}\n`), 0o644, touched);
    await files.sync(touched);
    await rename(gitdir, at.directory);
    await files.sync([root]);
    return { commitOid };
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) {
      throw new DomainError('already_exists', 'A repository with this id exists already.');
    }
    throw error;
  } finally {
    await rm(gitdir, { recursive: true, force: true });
  }
}

async function firstCommit(files: DurableFiles, init: RepositoryInit, touched: Set<string>): Promise<string> {
  const objects = new ObjectStore('new', files, createObjectCaches());
  const batch = new ObjectBatch(objects);
  const editor = new TreeEditor(batch, null);
  const changes = init.files.map((file) => ({ kind: 'create' as const, ...file }));
  await applyChanges({ editor, batch, branch: init.defaultBranch }, changes);
  const treeOid = await editor.write(batch);
  const { author, committer, message } = init;
  const commitOid = batch.add(
    'commit',
    encodeCommit({ treeOid, parents: [], author, committer, date: new Date(), message, renames: null }),
  );
  await writeLooseObjects(files, await batch.encode(), touched);
  return commitOid;
}
