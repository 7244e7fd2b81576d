import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskSyncs, syncPaths } from '../durability/syncs.js';
import type { NativeCommand, NativeGit } from '../native/native-git.js';
import { Quarantine } from '../packs/quarantine.js';
import { isBranchName } from '../ref-name.js';
import { RemoteFault } from '../remote-fault.js';
import { packBounds } from '../serve/index-pack.js';
import { checkFetched } from './check-fetched.js';
import type { RemoteAccess, RemoteLimits } from './remote-access.js';
import { runRemoteCommand } from './remote-command.js';

/** The refs of a remote. */
export interface RemoteTips {
  /** Commits by branch. */
  heads: Map<string, string>;
  /** Commits and tag objects by tag. */
  tags: Map<string, string>;
}

/** The limits of one sync, and how it is ended. */
interface FetchOptions {
  limits: RemoteLimits;
  signal: AbortSignal;
}

const fetchCommand = ['fetch', '--quiet', '--no-write-fetch-head', '--no-tags', '--no-recurse-submodules'];
const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
const maxRefs = 5_000;
const maxRefBytes = 4 * 1024 * 1024;

/**
 * Fetches the objects of a remote's branches and tags, and returns its tips; no ref of the repository moves. Git fetches
 * into a quarantine that borrows the objects of the repository. The objects are published after Git has checked them, and
 * after the same checks as for a push; nothing of a fetch that fails becomes visible.
 * @param repository.quarantine a folder on the same disk, which is created and removed; its name must be one that the next
 *   start removes after a kill
 * @throws RemoteFault, or the reason of `signal`
 */
export async function fetchRemote(
  native: NativeGit,
  repository: { gitdir: string; quarantine: string },
  access: RemoteAccess,
  { limits, signal }: FetchOptions,
): Promise<RemoteTips> {
  const options = { limits, signal };
  const { gitdir, quarantine: folder } = repository;
  const sync = (paths: string[]) => syncPaths(paths, diskSyncs, gitdir);
  const quarantine = await Quarantine.create({ folder, gitdir, sync });
  try {
    await makeRepository(folder);
    await countRefs(native, access, { ...options, gitdir: folder });
    await fetchInto(native, quarantine, access, options);
    const tips = await readTips(native, folder, { env: quarantine.beside, signal: options.signal });
    await checkFetched(native, gitdir, quarantine, options);
    await quarantine.publish();
    return tips;
  } finally {
    await quarantine.remove();
  }
}

/**
 * The branch that a remote calls its default; null when it has none, for example while it is empty.
 * @throws RemoteFault, or the reason of `signal`
 */
export async function remoteDefaultBranch(
  native: NativeGit,
  access: RemoteAccess,
  { limits, signal }: FetchOptions,
): Promise<string | null> {
  const printed = await runRemoteCommand(native, access, ['ls-remote', '--symref', access.url, 'HEAD'], {
    limits,
    signal,
    maxOutput: maxRefBytes,
  });
  const branch = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(printed.toString())?.[1];
  return branch && isBranchName(branch) ? branch : null;
}

/** Makes a bare repository of a quarantine, because Git fetches into a repository only. */
async function makeRepository(folder: string): Promise<void> {
  await mkdir(join(folder, 'objects/info'));
  await mkdir(join(folder, 'refs'));
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(folder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

/** Refuses a remote that has too many branches and tags before anything is fetched. @throws RemoteFault */
async function countRefs(
  native: NativeGit,
  access: RemoteAccess,
  options: FetchOptions & { gitdir: string },
): Promise<void> {
  const args = ['ls-remote', '--refs', '--heads', '--tags', access.url];
  const printed = await runRemoteCommand(native, access, args, {
    ...options,
    env: packBounds.env,
    maxOutput: maxRefBytes,
  });
  if (printed.toString('latin1').split('\n').length - 1 > maxRefs) throw new RemoteFault('too_large');
}

async function fetchInto(
  native: NativeGit,
  { folder, beside }: Quarantine,
  access: RemoteAccess,
  options: FetchOptions,
): Promise<void> {
  const trace = join(folder, 'trace');
  await runRemoteCommand(native, access, [...fetchCommand, access.url, ...refspecs], {
    ...options,
    gitdir: folder,
    measured: folder,
    // Even a small fetch becomes a pack, which is one file to publish. The refs are temporary, so they are not synced.
    config: { ...packBounds.config, 'fetch.unpackLimit': '1', 'core.fsync': 'all,-reference' },
    env: { ...packBounds.env, ...beside, GIT_TRACE2_EVENT: trace },
  });
  await assertSmart(trace);
}

/**
 * Refuses the dumb protocol, in which every page of a web server looks like a remote without branches. Git writes the
 * version of the smart protocol to its trace.
 * @see https://git-scm.com/docs/http-protocol
 */
async function assertSmart(trace: string): Promise<void> {
  if (!(await readFile(trace, 'utf8')).includes('"negotiated-version"')) throw new RemoteFault('not_git');
}

async function readTips(native: NativeGit, gitdir: string, options: NativeCommand): Promise<RemoteTips> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)'];
  const printed = await native.run(args, { gitdir, ...options });
  const tips: RemoteTips = { heads: new Map(), tags: new Map() };
  for (const line of printed.toString().split('\n')) {
    const [, oid, kind, name] = /^([0-9a-f]{40}) refs\/(heads|tags)\/(.+)$/.exec(line) ?? [];
    if (oid && name && isBranchName(name)) tips[kind as 'heads' | 'tags'].set(name, oid);
  }
  // The remote may have got more refs since they were counted.
  if (tips.heads.size + tips.tags.size > maxRefs) throw new RemoteFault('too_large');
  return tips;
}
