import { randomUUID } from 'node:crypto';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { takenOver } from '../engines/database/taken-over.js';
import { stringifyJson } from '../engines/nbformat/json.js';
import { type PreparedRun, prepareRun, type RunSelection } from '../engines/nbformat/prepare-run.js';
import { minThreadBytes } from '../engines/nbformat/threads/notebook-threads.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { checkCell } from '../executions/check-cell.js';
import { loadRunnableSession } from '../executions/load-runnable-session.js';
import { loadFileTarget } from '../files/file-target.js';
import { profileOfKernel } from '../profiles/profile-of-kernel.js';
import { checkAll } from '../validation/check-all.js';
import { checkUuid } from '../validation/check-input.js';
import { checkStartName } from '../workers/check-start-name.js';
import { resolveStart, type StartPlan } from '../workers/resolve-start.js';
import { assertRunQuota } from './assert-run-quota.js';
import { checkParameters, runInputChecks } from './check-run-input.js';
import { insertRun, type NewRun } from './insert-run.js';
import type { RunRow } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';
import { parameterSource } from './parameter-source.js';
import { assertSameRequest, inputHash, type RunRequest, repeatedRun } from './repeated-run.js';
import type { RunNotebookInput } from './run-notebook-input.js';
import { type SaveTarget, saveTarget } from './save-target.js';

/** The due time of a schedule. */
export interface DueTime {
  scheduleId: string;
  dueAt: Date;
}

const maxCells = 5_000;

/**
 * Queues the run of a notebook as it is at a ref, and returns immediately. The caller needs the scopes `execute` and `write`,
 * and `can_edit`.
 * @param due what starts it; default the caller. A due time starts one run: the insertion of another one violates
 *   `NotebookRun_scheduleId_dueAt_key`
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `branch_protected`,
 *   `invalid_request`, `invalid_path`, `invalid_ref`, `unreadable_file`, `base_sha_conflict` when the file on the branch is
 *   another one than that of a tag or a commit, `quota_exceeded`, `runtime_unavailable` when another gateway has just taken over
 *   the kernels; with a session also `session_dead`, `worker_not_live`; with a `runId` also `run_id_reused`
 */
export async function runNotebook(
  services: NotebookRunServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: RunNotebookInput,
  due?: DueTime,
): Promise<RunRow> {
  requireScope(ctx, 'write');
  const { workspaceId, path } = input;
  const target = await loadFileTarget(services, ctx, spaceSlug, { workspaceId }, 'edit');
  requireScope(ctx, 'execute');
  await checkAll({
    ...runInputChecks(services, input),
    firstCell: () => checkIndex(input.firstCell, 'firstCell'),
    lastCell: () => checkIndex(input.lastCell, 'lastCell'),
    sessionId: () => input.sessionId != null && checkUuid(input.sessionId, 'sessionId'),
    runId: () => input.runId != null && checkUuid(input.runId, 'runId'),
  });
  const request = requestOf(ctx, input);
  const repeated = input.runId == null ? null : await repeatedRun(services, request);
  if (repeated) return repeated;
  // Also before what costs time.
  await assertRunQuota(services, ctx.actor.userId);
  const { git } = target;
  const resolved = await git.resolveRef(input.ref ?? target.defaultBranch);
  const file = await git.readFile(resolved.commitOid, path);
  if (!file) throw notFound('The file');
  const isBranch = resolved.kind === 'branch';
  const branch = isBranch ? resolved.name : target.defaultBranch;
  const ran = { path, branch, oid: file.oid, tip: isBranch ? resolved.commitOid : null };
  const save = await saveTarget(services, target, ran, input.saveTo ?? {});
  const session = input.sessionId == null ? null : await namedSession(services, ctx, spaceSlug, input);
  const { plan, prepared } = await prepare(services, ctx, spaceSlug, {
    input,
    branch,
    session,
    bytes: file.bytes,
  });
  await assertRunQuota(services, ctx.actor.userId);
  const run = await queueRun(services, request, input, {
    ...{ repositoryId: target.repository.id, ref: resolved, branch, save, plan, prepared, session, due },
  });
  services.notebookRunner.begin(run);
  return run;
}

function requestOf({ actor: { userId } }: RequestContext, input: RunNotebookInput): RunRequest {
  if (input.runId == null) return { id: randomUUID(), userId, inputHash: null };
  return { id: input.runId.toLowerCase(), userId, inputHash: inputHash(input) };
}

interface Named {
  id: string;
  kernelProfileId: string;
}

async function prepare(
  services: NotebookRunServices,
  ctx: RequestContext,
  spaceSlug: string,
  {
    input,
    branch,
    session,
    bytes,
  }: { input: RunNotebookInput; branch: string; session: Named | null; bytes: Uint8Array },
): Promise<{ plan: StartPlan; prepared: PreparedRun }> {
  const { workspaceId, path } = input;
  const selection = (source: string | null): RunSelection => ({
    ...{ firstCell: input.firstCell ?? 0, lastCell: input.lastCell ?? null, parameterSource: source },
  });
  const planOf = (kernelProfileId: string | null | undefined) =>
    resolveStart(services, ctx, spaceSlug, { workspaceId, path, branch, kernelProfileId });
  const parameters = checkParameters(input.parameters);
  const named = session?.kernelProfileId ?? input.kernelProfileId;
  const plain = await prepared(services, ctx, bytes, selection(null));
  const plan = await planOf(named ?? (await profileOf(services, plain.kernelName)));
  const source = parameterSource(parameters, plan.profile.language);
  const run = source === null ? plain : await prepared(services, ctx, bytes, selection(source));
  if (run.cells.length > maxCells)
    throw invalidField('path', `names a notebook with more than ${maxCells} code cells`, 'too_long');
  for (const { source: code } of run.cells) checkCell.code(code);
  return { plan, prepared: run };
}

function prepared(
  { notebookThreads }: NotebookRunServices,
  { actor }: RequestContext,
  bytes: Uint8Array,
  selection: RunSelection,
): Promise<PreparedRun> | PreparedRun {
  if (bytes.length < minThreadBytes) return prepareRun(bytes, selection);
  return notebookThreads.prepareRun(actor.userId, bytes, selection);
}

async function profileOf(
  services: NotebookRunServices,
  kernelName: string | null,
): Promise<string | undefined> {
  if (kernelName === null || !isStartName(kernelName)) return undefined;
  return (await profileOfKernel(services, kernelName))?.id;
}

/** A stored notebook may have any text there. */
function isStartName(name: string): boolean {
  try {
    return checkStartName(name, 'kernelName') === name;
  } catch {
    return false;
  }
}

async function namedSession(
  services: NotebookRunServices,
  ctx: RequestContext,
  spaceSlug: string,
  { sessionId, workspaceId }: RunNotebookInput,
): Promise<Named> {
  const loaded = await loadRunnableSession(services, ctx, spaceSlug, sessionId!).catch((error) => {
    const isUnknown = error instanceof DomainError && error.code === 'not_found';
    throw isUnknown ? invalidField('sessionId', 'is not a session of the workspace', 'unknown') : error;
  });
  if (loaded.session.workspaceId !== workspaceId.toLowerCase())
    throw invalidField('sessionId', 'is not a session of the workspace', 'unknown');
  loaded.assertRunnable();
  return loaded.session;
}

interface PlannedRun {
  repositoryId: string;
  ref: { commitOid: string };
  branch: string;
  save: SaveTarget;
  plan: StartPlan;
  prepared: PreparedRun;
  session: Named | null;
  due: DueTime | undefined;
}

async function queueRun(
  services: NotebookRunServices,
  request: RunRequest,
  input: RunNotebookInput,
  { repositoryId, ref, branch, save, plan, prepared: { bytes, cells }, session, due }: PlannedRun,
): Promise<RunRow> {
  const row: NewRun = {
    ...request,
    ...{ workspaceId: plan.workspace.id, repositoryId, branch },
    ...{ path: input.path, ref: input.ref ?? plan.workspace.defaultBranch, commitOid: ref.commitOid },
    parameters: stringifyJson(checkParameters(input.parameters)),
    ...{ allowErrors: input.allowErrors ?? false, timeoutSeconds: input.timeoutSeconds ?? null },
    ...{ kernelProfileId: plan.profile.id, kernelName: plan.profile.kernelName },
    ...{ sessionId: session?.id ?? null, ownsSession: session === null },
    ...{ scheduleId: due?.scheduleId ?? null, dueAt: due?.dueAt ?? null },
    ...{ saveBranch: save.branch, savePath: save.path, saveBaseOid: save.baseOid },
    notebook: bytes,
  };
  try {
    const run = await insertRun(services, row, cells);
    assertSameRequest(run, request);
    return run;
  } catch (error) {
    if (error instanceof FormerOwnerError) throw takenOver('the run was not queued', error);
    // Another request with this id was first, or the row was written and only the answer of the database was lost.
    const found = request.inputHash === null ? null : await repeatedRun(services, request);
    if (found) return found;
    throw error;
  }
}

/** @throws FieldError `invalid_request` */
function checkIndex(value: number | null | undefined, field: string): void {
  if (value != null && !(Number.isInteger(value) && value >= 0 && value <= 1_000_000))
    throw invalidField(field, 'must be from 0 to 1000000', 'out_of_range');
}
