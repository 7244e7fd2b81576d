import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { GitRepository, GitStore } from '../engines/git/git-store.js';
import type { NativeGit } from '../engines/git/native/native-git.js';
import { RemoteFault } from '../engines/git/remote-fault.js';
import { compareTips } from '../engines/git/remotes/compare-tips.js';
import { fetchRemote, type RemoteTips, remoteDefaultBranch } from '../engines/git/remotes/fetch-remote.js';
import { pushRemote } from '../engines/git/remotes/push-remote.js';
import type { RemoteAccess, RemoteLimits } from '../engines/git/remotes/remote-command.js';
import {
  createRefs,
  notePushed,
  readSyncRefs,
  type SyncRefs,
  writeTracking,
} from '../engines/git/remotes/tracking-refs.js';
import { orAborted } from '../engines/kernels/or-aborted.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import { adoptDefaultBranch } from './adopt-default-branch.js';

/** A branch that went different ways; the numbers are null where only its name cannot be made here. */
export interface RemoteConflict {
  branch: string;
  ahead: number | null;
  behind: number | null;
}

/** What a sync works with. */
export interface SyncDeps {
  prisma: PrismaClient;
  git: GitStore;
  native: NativeGit;
  indexer: BranchIndexer;
  limits: RemoteLimits;
}

/** One sync of one repository. */
export interface SyncJob {
  repositoryId: string;
  access: RemoteAccess;
  /** Whether what is only here is pushed. */
  push: boolean;
  /** Whether the remote's default branch takes the place of the commit that the repository was made with. */
  isFirst: boolean;
  signal: AbortSignal;
  /** Told before a branch moves. */
  onMove(branch: string, oid: string): void;
  /** Asked before the remote's refs are noted, and before each push: throws where it was set otherwise or removed. */
  confirm(): Promise<void>;
}

const mostRounds = 3;
const mostAttempts = 5;

/**
 * Fetches a remote and moves the branches here on to what it has, never back and never aside: a branch that has commits
 * which the remote lacks stays as it is. Branches that are new come here, too; those that the remote deleted stay. Then
 * it pushes the branches that have more than the remote, where that is asked for. A long history is still being indexed
 * when it ends.
 * @returns the branches that went different ways
 * @throws RemoteFault, DomainError `storage_unavailable`, what `confirm` throws, or the reason of `signal`
 */
export async function syncRemote(deps: SyncDeps, job: SyncJob): Promise<RemoteConflict[]> {
  const { native, limits } = deps;
  const { access, signal, repositoryId } = job;
  const gitdir = deps.git.gitdir(repositoryId);
  for (let round = 1; round <= mostRounds; round++) {
    const quarantine = await deps.git.temporaryFolder();
    const tips = await fetchRemote(native, { gitdir, quarantine }, access, { limits, signal });
    await job.confirm();
    await writeTracking(native, gitdir, access.url, tips);
    if (job.isFirst && tips.heads.size > 0) {
      const named = await remoteDefaultBranch(native, access, { limits, signal });
      await adoptDefaultBranch(deps, job, tips, named);
    }
    const { moved, conflicts, ahead } = await follow(deps, job, tips);
    const wanted = await followed(deps.prisma, repositoryId, moved);
    await orAborted(deps.indexer.bringUp(repositoryId, wanted), signal);
    if (!job.push || ahead.size === 0) return conflicts;
    await job.confirm();
    if (await pushRemote(native, gitdir, access, ahead, { limits, signal })) {
      await notePushed(native, gitdir, access.url, ahead);
      return conflicts;
    }
  }
  throw new RemoteFault('push_refused');
}

/** Brings the branches and tags here up to the remote's. */
async function follow(deps: SyncDeps, job: SyncJob, tips: RemoteTips) {
  const { native } = deps;
  const gitdir = deps.git.gitdir(job.repositoryId);
  const repository = await deps.git.repository(job.repositoryId);
  const refs = await readSyncRefs(native, gitdir, job.access.url);
  const moved: string[] = [];
  const conflicts: RemoteConflict[] = [];
  const ahead = new Map<string, string>();
  for (const [branch, there] of tips.heads) {
    const here = refs.local.get(branch);
    if (here === undefined || here === there) continue;
    job.signal.throwIfAborted();
    const step = await fastForward({ deps, job, gitdir, repository }, branch, { here, there });
    if (step === 'moved') moved.push(branch);
    else if ('oid' in step) ahead.set(branch, step.oid);
    else conflicts.push(step);
  }
  const missing = absent(tips.heads, refs.local);
  for (const [branch, oid] of missing) job.onMove(branch, oid);
  const refused = new Set(await createRefs(native, gitdir, 'refs/heads/', missing));
  for (const branch of refused) conflicts.push({ branch, ahead: null, behind: null });
  moved.push(...[...missing.keys()].filter((branch) => !refused.has(branch)));
  await createRefs(native, gitdir, 'refs/tags/', absent(tips.tags, refs.tags));
  for (const [branch, oid] of onlyHere(refs, tips)) ahead.set(branch, oid);
  return { moved, conflicts, ahead };
}

/**
 * Those of the branches that are worth indexing at once: the default one, and those that somebody read before. A
 * mirror may bring a thousand at a time; each of the others is indexed when it is first read.
 */
async function followed(prisma: PrismaClient, repositoryId: string, branches: string[]): Promise<string[]> {
  const { defaultBranch, branchIndexes } = await prisma.repository.findUniqueOrThrow({
    where: { id: repositoryId },
    select: { defaultBranch: true, branchIndexes: { select: { branch: true } } },
  });
  const wanted = new Set([defaultBranch, ...branchIndexes.map(({ branch }) => branch)]);
  return branches.filter((branch) => wanted.has(branch));
}

/** Moves one branch on; one that is ahead is answered with its tip. */
async function fastForward(
  at: { deps: SyncDeps; job: SyncJob; gitdir: string; repository: GitRepository },
  branch: string,
  tips: { here: string; there: string },
): Promise<'moved' | { oid: string } | RemoteConflict> {
  let { here } = tips;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const { ahead, behind } = await compareTips(at.deps.native, at.gitdir, here, tips.there, at.job.signal);
    if (behind === 0) return { oid: here };
    if (ahead > 0) return { branch, ahead, behind };
    at.job.onMove(branch, tips.there);
    if (await at.repository.moveBranch(branch, here, tips.there)) return 'moved';
    here = await at.repository.resolveBranch(branch);
  }
  throw new RemoteFault('storage', new Error('a branch kept moving'));
}

function absent(there: Map<string, string>, here: Map<string, string>): Map<string, string> {
  return new Map([...there].filter(([name]) => !here.has(name)));
}

/** Branches that the remote never had, or that got commits since it deleted them. */
function onlyHere(refs: SyncRefs, tips: RemoteTips): [string, string][] {
  return [...refs.local].filter(([branch, oid]) => !tips.heads.has(branch) && refs.goneTip(branch) !== oid);
}
