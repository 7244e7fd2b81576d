import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeCommand, NativeGit } from '../native/native-git.js';
import { isBranchName } from '../ref-name.js';
import { RemoteFault } from '../remote-fault.js';
import { packBounds } from '../serve/index-pack.js';
import type { NewObjects } from '../serve/pack-objects.js';
import { checkFetched } from './check-fetched.js';
import { type RemoteAccess, type RemoteLimits, runRemoteCommand } from './remote-command.js';

/** What a remote has. */
export interface RemoteTips {
  /** Commits by branch. */
  heads: Map<string, string>;
  /** Commits and tag objects by tag. */
  tags: Map<string, string>;
}

const fetchInto = ['fetch', '--quiet', '--no-write-fetch-head', '--no-tags', '--no-recurse-submodules'];
const refspecs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
const mostRefs = 5_000;
const mostRefBytes = 4 * 1024 * 1024;

/**
 * Brings the objects of a remote's branches and tags into a repository, and answers what the remote has; no ref moves.
 * They are fetched into a repository of its own beside the others, which borrows the objects that are here already, and
 * moved over once all of them are checked, by git and as those of a push are: what is refused, too large or cut short
 * never was here. A kill leaves a folder that the next start removes.
 * @param place.quarantine a folder on the same disk; it is made and removed
 * @throws RemoteFault, or the reason of `signal`
 */
export async function fetchRemote(
  native: NativeGit,
  place: { gitdir: string; quarantine: string },
  access: RemoteAccess,
  options: { limits: RemoteLimits; signal: AbortSignal },
): Promise<RemoteTips> {
  const { gitdir, quarantine } = place;
  try {
    await makeQuarantine(quarantine);
    const objects = newObjects(quarantine, gitdir);
    await countRefs(native, access, { ...options, gitdir: quarantine });
    const trace = join(quarantine, 'trace');
    await runRemoteCommand(native, access, [...fetchInto, access.url, ...refspecs], {
      ...options,
      gitdir: quarantine,
      measured: quarantine,
      // As a pack, however little it is: one file to move. The refs stay here, and need not be flushed.
      config: { ...packBounds.config, 'fetch.unpackLimit': '1', 'core.fsync': 'all,-reference' },
      env: { ...packBounds.env, ...objects.beside, GIT_TRACE2_EVENT: trace },
    });
    await assertSmart(trace);
    const tips = await readTips(native, quarantine, { env: objects.beside, signal: options.signal });
    await checkFetched(native, gitdir, objects, options);
    await moveObjects(quarantine, gitdir);
    return tips;
  } finally {
    await rm(quarantine, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * The branch that a remote calls its default; null where it has none, e.g. while it is empty.
 * @throws RemoteFault, or the reason of `signal`
 */
export async function remoteDefaultBranch(
  native: NativeGit,
  access: RemoteAccess,
  options: { limits: RemoteLimits; signal: AbortSignal },
): Promise<string | null> {
  const printed = await runRemoteCommand(native, access, ['ls-remote', '--symref', access.url, 'HEAD'], {
    ...options,
    maxOutput: mostRefBytes,
  });
  const branch = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(printed.toString())?.[1];
  return branch && isBranchName(branch) ? branch : null;
}

/** Refuses a remote that has too many branches and tags before any is fetched. @throws RemoteFault */
async function countRefs(
  native: NativeGit,
  access: RemoteAccess,
  options: { gitdir: string; limits: RemoteLimits; signal: AbortSignal },
): Promise<void> {
  const args = ['ls-remote', '--refs', '--heads', '--tags', access.url];
  const printed = await runRemoteCommand(native, access, args, {
    ...options,
    env: packBounds.env,
    maxOutput: mostRefBytes,
  });
  if (printed.toString('latin1').split('\n').length - 1 > mostRefs) throw new RemoteFault('too_large');
}

async function makeQuarantine(quarantine: string): Promise<void> {
  for (const folder of ['objects/info', 'objects/pack', 'refs']) {
    await mkdir(join(quarantine, folder), { recursive: true });
  }
  await writeFile(join(quarantine, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(quarantine, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

/** The repository's objects are borrowed by the environment: a file that names them would show them to every command. */
function newObjects(quarantine: string, gitdir: string): NewObjects {
  const alone = { GIT_OBJECT_DIRECTORY: join(quarantine, 'objects') };
  // Quoted, for a list of folders is split at colons.
  const borrowed = JSON.stringify(join(gitdir, 'objects'));
  return { alone, beside: { ...alone, GIT_ALTERNATE_OBJECT_DIRECTORIES: borrowed } };
}

/**
 * To git any page that a web server answers is a remote of the dumb protocol, without branches. What speaks the smart
 * one has told its version.
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
  // There may be more than were counted before.
  if (tips.heads.size + tips.tags.size > mostRefs) throw new RemoteFault('too_large');
  return tips;
}

/** The index of a pack comes last: from then on the pack is seen. */
async function moveObjects(from: string, to: string): Promise<void> {
  const packs = (name: string) => join(name, 'objects/pack');
  const names = (await readdir(packs(from))).filter((name) => /^pack-[0-9a-f]+\.(pack|rev|idx)$/.test(name));
  const inOrder = [
    ...names.filter((name) => !name.endsWith('.idx')),
    ...names.filter((name) => name.endsWith('.idx')),
  ];
  for (const name of inOrder) await rename(join(packs(from), name), join(packs(to), name));
  if (names.length === 0) return;
  const folder = await open(packs(to));
  await folder.sync().finally(() => folder.close());
}
