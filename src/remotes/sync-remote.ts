import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import type { GitRepository, RemoteMirror, RemoteTips, SyncRefs } from '../engines/git/git-store.js';
import { RemoteFault } from '../engines/git/remote-fault.js';
import { adoptDefaultBranch } from './adopt-default-branch.js';
import type { RemoteConflict, SyncDeps, SyncJob } from './sync-job.js';

const maxRounds = 3;
const maxAttempts = 5;

/**
 * Fetches a remote, and fast-forwards the branches of the repository to the remote's. A branch with commits that the remote
 * lacks does not move. New branches are created; branches that the remote deleted stay. Then, if the job says so, it pushes
 * the branches that are ahead of the remote. The index of a long history may still be incomplete when it returns.
 * @returns the branches that have diverged
 * @throws RemoteFault, DomainError `storage_unavailable`, the error of `confirm`, or the reason of `signal`
 */
export async function syncRemote(deps: SyncDeps, job: SyncJob): Promise<RemoteConflict[]> {
  const { signal, repositoryId } = job;
  const mirror = deps.git.mirror(repositoryId, job.access, { limits: deps.limits, signal });
  for (let round = 1; round <= maxRounds; round++) {
    const tips = await mirror.fetch();
    await job.confirm();
    await mirror.writeTracking(tips);
    if (job.isFirst && tips.heads.size > 0) {
      await adoptDefaultBranch({ ...deps, mirror }, job, tips, await mirror.defaultBranch());
    }
    const { moved, conflicts, ahead } = await updateRepository(deps, mirror, job, tips);
    const indexed = await branchesToIndex(deps.prisma, repositoryId, moved);
    await rejectOnAbort(deps.indexer.bringUp(repositoryId, indexed), signal);
    if (!job.push || ahead.size === 0) return conflicts;
    await job.confirm();
    if (await mirror.push(ahead)) return conflicts;
  }
  throw new RemoteFault('push_refused');
}

/** Updates the branches and tags of the repository to the remote's, and finds the branches that are ahead of it. */
async function updateRepository(deps: SyncDeps, mirror: RemoteMirror, job: SyncJob, tips: RemoteTips) {
  const repository = await deps.git.repository(job.repositoryId);
  const refs = await mirror.readRefs();
  const moved: string[] = [];
  const conflicts: RemoteConflict[] = [];
  const ahead = new Map<string, string>();
  for (const [branch, remote] of tips.heads) {
    const local = refs.local.get(branch);
    if (local === undefined || local === remote) continue;
    job.signal.throwIfAborted();
    const step = await fastForward({ mirror, job, repository }, branch, { local, remote });
    if (step === 'moved') moved.push(branch);
    else if ('oid' in step) ahead.set(branch, step.oid);
    else conflicts.push(step);
  }
  const created = await createBranches(mirror, job, missingIn(refs.local, tips.heads));
  moved.push(...created.branches);
  conflicts.push(...created.conflicts);
  await mirror.createRefs('refs/tags/', missingIn(refs.tags, tips.tags));
  for (const [branch, oid] of onlyLocal(refs, tips)) ahead.set(branch, oid);
  return { moved, conflicts, ahead };
}

/** Creates the branches that only the remote has; a name that the repository cannot have is a conflict. */
async function createBranches(mirror: RemoteMirror, job: SyncJob, missing: Map<string, string>) {
  for (const [branch, oid] of missing) job.onMove(branch, oid);
  const refused = new Set(await mirror.createRefs('refs/heads/', missing));
  const conflicts = [...refused].map((branch): RemoteConflict => ({ branch, ahead: null, behind: null }));
  return { branches: [...missing.keys()].filter((branch) => !refused.has(branch)), conflicts };
}

/**
 * Of some branches those that are indexed immediately: the default branch and those that were read before. A sync may
 * bring a thousand branches; each of the others is indexed when it is read for the first time.
 */
async function branchesToIndex(
  prisma: PrismaClient,
  repositoryId: string,
  branches: string[],
): Promise<string[]> {
  const { defaultBranch, branchIndexes } = await prisma.repository.findUniqueOrThrow({
    where: { id: repositoryId },
    select: { defaultBranch: true, branchIndexes: { select: { branch: true } } },
  });
  const wanted = new Set([defaultBranch, ...branchIndexes.map(({ branch }) => branch)]);
  return branches.filter((branch) => wanted.has(branch));
}

/** Fast-forwards one branch. For a branch that is ahead of the remote it returns the branch's tip as `oid`. */
async function fastForward(
  { mirror, job, repository }: { mirror: RemoteMirror; job: SyncJob; repository: GitRepository },
  branch: string,
  tips: { local: string; remote: string },
): Promise<'moved' | { oid: string } | RemoteConflict> {
  let { local } = tips;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const { ahead, behind } = await mirror.compareTips(local, tips.remote);
    if (behind === 0) return { oid: local };
    if (ahead > 0) return { branch, ahead, behind };
    job.onMove(branch, tips.remote);
    if (await repository.moveBranch(branch, local, tips.remote)) return 'moved';
    local = await repository.resolveBranch(branch);
  }
  throw new RemoteFault('storage', { cause: new Error('Other writers kept moving the branch.') });
}

function missingIn(present: Map<string, string>, wanted: Map<string, string>): Map<string, string> {
  return new Map([...wanted].filter(([name]) => !present.has(name)));
}

/** The branches that the remote never had, and those that got commits after the remote deleted them. */
function onlyLocal(refs: SyncRefs, tips: RemoteTips): [string, string][] {
  return [...refs.local].filter(([branch, oid]) => !tips.heads.has(branch) && refs.goneTip(branch) !== oid);
}
