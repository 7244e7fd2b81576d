import type { NotebookRun } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { FileChange } from '../engines/git/git-store.js';
import { commitChanges } from '../files/commit-changes.js';
import type { FileServices } from '../files/file-services.js';
import { checkTargetBranch, loadFileTarget } from '../files/file-target.js';
import { findSavedCommit } from '../files/find-saved-commit.js';
import type { ExecutedNotebook } from './executed-notebook.js';

const missing = 'Some of the outputs are missing: they were cut or lost.\n\n';

/**
 * Saves the executed notebook of a run with one commit, which names the run: a second call finds it.
 * @returns the commit that has it
 * @throws DomainError `base_sha_conflict` or `file_exists` when the file is another one than at the start of the run,
 *   `not_found` (branch), what a save throws for somebody who may not write there, `storage_unavailable`
 */
export async function saveRun(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  run: Omit<NotebookRun, 'notebook'>,
  { bytes, truncatedCells }: ExecutedNotebook,
): Promise<string> {
  const { savePath: path, saveBaseOid, repositoryId } = run;
  const target = await loadFileTarget(services, ctx, spaceSlug, { repositoryId }, 'edit');
  const branch = await checkTargetBranch(services, target, run.saveBranch);
  // Of an earlier call, whose result the gateway did not come to note.
  const known = await findSavedCommit(services, { ...target, branch }, { path, lastLine: trailer(run.id) });
  if (known) return known;
  const change: FileChange =
    saveBaseOid === null
      ? { kind: 'create', path, bytes }
      : { kind: 'save', path, bytes, baseSha: saveBaseOid, conflictsIfGone: true };
  const message = `Run ${path}\n\n${truncatedCells.length > 0 ? missing : ''}${trailer(run.id)}`;
  const { commitOid } = await commitChanges(
    services,
    ctx,
    { ...target, branch },
    { changes: [change], message },
  );
  return commitOid;
}

function trailer(runId: string): string {
  return `Run: ${runId}`;
}
