import type { Execution, Session } from '../../prisma/generated/client/client.js';
import { loadActor } from '../access/load-actor.js';
import type { RequestContext } from '../context.js';
import { toRecord } from '../engines/kernels/to-record.js';
import { type CellOutputs, mergeOutputs, type NotebookMerge } from '../engines/nbformat/merge-outputs.js';
import { minThreadBytes } from '../engines/nbformat/threads/notebook-threads.js';
import { DomainError, notFound } from '../errors.js';
import { commitChanges } from '../files/commit-changes.js';
import type { FileServices } from '../files/file-services.js';
import { type BranchTarget, checkTargetBranch, loadFileTarget } from '../files/file-target.js';
import { findSavedCommit } from '../files/find-saved-commit.js';
import { jsonSize } from './event-codec.js';
import type { ExecutionLog } from './execution-log.js';
import { executionResult } from './execution-result.js';
import type { Executor } from './executor.js';
import type { NotebookOutput } from './notebook-output.js';
import { widgetMetadata } from './widgets/widget-metadata.js';

/** What {@link saveOutputs} needs. */
export interface SaveOutputsServices extends FileServices {
  executionLog: ExecutionLog;
  executor: Executor;
}

/** An execution that has ended, with its session and what locates the notebook. */
export interface EndedExecution extends Execution {
  session: Pick<Session, 'branch' | 'path'> & {
    worker: { repositoryId: string };
    workspace: { space: { slug: string } };
  };
}

/** The message of a commit says it, as nobody sees it in the notebook. */
const missing = 'Some of the outputs are missing: they were cut or lost.\n\n';

/** This many other saves of the notebook may come in between. */
const maxConflicts = 20;

/**
 * Puts the outputs of an execution into its cell, in the notebook as the branch has it now, with one commit. The commit names
 * the execution, so that a second call finds it. Where the outputs show widgets, the metadata of the notebook gets the state of
 * those of the session.
 * @param options.mayBeSaved whether an earlier call may have saved them; default false
 * @returns the commit that has them
 * @throws DomainError `not_found` without the file or the cell, `source_mismatch` when the cell has another source now,
 *   `invalid_notebook`, `unreadable_file`, what a save throws for somebody who may not write there, `storage_unavailable`,
 *   `overloaded`, `rate_limited`
 */
export async function saveOutputs(
  services: SaveOutputsServices,
  execution: EndedExecution,
  options: { mayBeSaved?: boolean } = {},
): Promise<string> {
  const { session } = execution;
  const actor = await loadActor(services, execution.userId);
  const ctx: RequestContext = { actor, requestId: execution.id, spaces: new Map() };
  const { repositoryId } = session.worker;
  const target = await loadFileTarget(services, ctx, session.workspace.space.slug, { repositoryId }, 'edit');
  const branch = await checkTargetBranch(services, target, session.branch);
  const { outputs, truncated } = await executionResult(services, execution);
  const { code: source, executionCount } = execution;
  const cell = { cell: execution.cellId!, source, outputs, executionCount };
  const metadata = outputs.some(showsWidget)
    ? await widgetMetadata(services.executor, execution.sessionId)
    : {};
  const save: Save = {
    ...{ target: { ...target, branch }, path: session.path!, executionId: execution.id, truncated },
    merge: { cells: [cell], metadata },
  };
  let mayBeSaved = options.mayBeSaved ?? false;
  for (let attempt = 1; ; attempt++) {
    const known = mayBeSaved ? await savedBefore(services, save) : null;
    if (known) return known;
    try {
      return await saveOnce(services, ctx, save);
    } catch (error) {
      const isConflict = error instanceof DomainError && error.code === 'base_sha_conflict';
      if (!isConflict || attempt === maxConflicts) throw error;
      mayBeSaved = true;
    }
  }
}

interface Save {
  target: BranchTarget;
  path: string;
  executionId: string;
  /** Whether some of the outputs are missing. */
  truncated: boolean;
  merge: NotebookMerge & { cells: [CellOutputs] };
}

async function saveOnce(
  services: SaveOutputsServices,
  ctx: RequestContext,
  { target, path, executionId, truncated, merge }: Save,
): Promise<string> {
  const { git, branch } = target;
  const file = await git.readFile(await git.resolveBranch(branch), path);
  if (!file) throw notFound('The file');
  const bytes = await merged(services, ctx, file.bytes, merge);
  const { commitOid } = await commitChanges(services, ctx, target, {
    changes: [{ kind: 'save', path, bytes, baseSha: file.oid }],
    message: `Save the outputs of cell ${merge.cells[0].cell}\n\n${truncated ? missing : ''}${trailer(executionId)}`,
  });
  return commitOid;
}

async function merged(
  { notebookThreads }: SaveOutputsServices,
  { actor }: RequestContext,
  bytes: Uint8Array,
  merge: Save['merge'],
): Promise<Uint8Array> {
  const size = bytes.length + jsonSize(merge.cells[0].outputs) + jsonSize(merge.metadata ?? {});
  if (size < minThreadBytes) return mergeOutputs(bytes, merge);
  return notebookThreads.mergeOutputs(actor.userId, bytes, merge);
}

/** The commit of an earlier call. */
function savedBefore(
  services: SaveOutputsServices,
  { target, path, executionId }: Save,
): Promise<string | null> {
  return findSavedCommit(services, target, { path, lastLine: trailer(executionId) });
}

function trailer(executionId: string): string {
  return `Execution: ${executionId}`;
}

function showsWidget({ data }: NotebookOutput): boolean {
  return Object.hasOwn(toRecord(data), 'application/vnd.jupyter.widget-view+json');
}
