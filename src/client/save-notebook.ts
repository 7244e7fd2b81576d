import { ApiError } from './api-error.js';
import type { Connection } from './connection.js';
import { ReadNotebookText, type SaveNotebookMutation, SaveNotebookText } from './generated/operations.js';

/** A notebook of a workspace. */
export interface NotebookAddress {
  spaceSlug: string;
  workspaceId: string;
  /** E.g. `notebooks/report.ipynb`. */
  path: string;
  /** Default the branch of the workspace. */
  branch?: string;
}

/** A notebook as it was read. */
export interface ReadNotebook {
  /** Jupyter notebook JSON. */
  notebook: unknown;
  /** To be sent with a save as `baseSha`. */
  sha: string;
  /** Null when it was read at a tag or a commit. */
  branch: string | null;
  commitSha: string;
}

/** Somebody has saved the notebook since it was read. */
export interface NotebookConflict {
  /** What was to be saved. */
  mine: unknown;
  /** What the branch has now. */
  theirs: ReadNotebook;
  /** What `mine` was made from. */
  baseSha: string;
}

/** What to save. */
export interface NotebookSave extends NotebookAddress {
  /** Jupyter notebook JSON. */
  notebook: unknown;
  /** The `sha` that was read last. */
  baseSha: string;
  /** Default `Update PATH`. */
  commitMessage?: string;
  /**
   * Returns what is to be saved in place of what the branch has now, or null to give up. Without it a conflict is an
   * `ApiError` with the code `base_sha_conflict`.
   */
  onConflict?(conflict: NotebookConflict): unknown | null | Promise<unknown | null>;
  signal?: AbortSignal;
}

/** The file that was saved. */
export type SavedNotebook = SaveNotebookMutation['saveFile']['file'];

/** Others may save again and again while conflicts are resolved. */
const maxConflicts = 10;

/** Reads a notebook. @throws ApiError `not_found`, also for a file that is no notebook */
export async function readNotebook(
  connection: Connection,
  { spaceSlug, workspaceId, path, branch }: NotebookAddress,
  signal?: AbortSignal,
): Promise<ReadNotebook> {
  const variables = { spaceSlug, workspaceId, path, ref: branch };
  const { space } = await connection.request(ReadNotebookText, variables, signal);
  const file = space?.workspace?.file;
  if (!file || !('notebook' in file))
    throw new ApiError(`${path} is no notebook of this workspace.`, { code: 'not_found' });
  return { notebook: file.notebook, sha: file.sha, branch: file.branch, commitSha: file.commitSha };
}

/**
 * Saves a notebook, if the branch still has what it was made from.
 * @throws ApiError, for a conflict that is not resolved with the code `base_sha_conflict`; the error of `fetch`: then it is not
 *   known whether it was saved
 */
export async function saveNotebook(connection: Connection, save: NotebookSave): Promise<SavedNotebook> {
  const { spaceSlug, workspaceId, path, branch, commitMessage, onConflict, signal } = save;
  let { notebook, baseSha } = save;
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      const input = { path, branch, commitMessage, notebook, baseSha };
      const variables = { spaceSlug, in: { workspaceId }, input };
      return (await connection.request(SaveNotebookText, variables, signal)).saveFile.file;
    } catch (error) {
      const isConflict = error instanceof ApiError && error.code === 'base_sha_conflict';
      if (!isConflict || !onConflict || conflicts === maxConflicts) throw error;
      const theirs = await readNotebook(connection, save, signal);
      const resolved = await onConflict({ mine: notebook, theirs, baseSha });
      if (resolved === null) throw error;
      [notebook, baseSha] = [resolved, theirs.sha];
    }
  }
}
