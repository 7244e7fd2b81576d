import { createHash } from 'node:crypto';
import type { NativeGit } from '../native/native-git.js';
import { isBranchName } from '../ref-name.js';
import type { RemoteTips } from './fetch-remote.js';
import { updateRefs, updatesAtOnce } from './update-refs.js';

const tracking = 'refs/gateway/remote';
const gone = 'refs/gateway/gone';

/** The refs that a sync looks at. */
export interface SyncRefs {
  /** The branches here. */
  local: Map<string, string>;
  /** The tags here. */
  tags: Map<string, string>;
  /** What the remote had when it was last seen, below `refs/gateway/remote`, which no client is shown. */
  remote: RemoteTips;
  /** The last tip of a branch that the remote deleted; null where it never had it. */
  goneTip(branch: string): string | null;
  /** The refs that were noted of other remotes. */
  ofOthers: string[];
}

/**
 * Reads the refs of a repository; those whose names the gateway does not accept are left out. What is noted of a remote
 * stands below a hash of its URL: what another left behind, whenever its removal was cut short, is never taken for its.
 */
export async function readSyncRefs(native: NativeGit, gitdir: string, url: string): Promise<SyncRefs> {
  const printed = await native.run(['for-each-ref', '--format=%(objectname) %(refname)'], { gitdir });
  const all = new Map<string, string>();
  for (const line of printed.toString().split('\n')) {
    if (line) all.set(line.slice(41), line.slice(0, 40));
  }
  const below = (prefix: string) =>
    new Map(
      [...all]
        .filter(([ref]) => ref.startsWith(prefix) && isBranchName(ref.slice(prefix.length)))
        .map(([ref, oid]) => [ref.slice(prefix.length), oid]),
    );
  return {
    local: below('refs/heads/'),
    tags: below('refs/tags/'),
    remote: { heads: below(`${trackingOf(url)}/heads/`), tags: below(`${trackingOf(url)}/tags/`) },
    goneTip: (branch) => all.get(goneRef(url, branch)) ?? null,
    ofOthers: [
      ...othersBelow(all.keys(), `${tracking}/`, trackingOf(url)),
      ...othersBelow(all.keys(), `${gone}/`, goneOf(url)),
    ],
  };
}

/**
 * Notes what the remote has now, and forgets other remotes. It also keeps the objects of what is not merged here from
 * being pruned.
 */
export async function writeTracking(
  native: NativeGit,
  gitdir: string,
  url: string,
  now: RemoteTips,
): Promise<void> {
  const before = await readSyncRefs(native, gitdir, url);
  const removed = before.ofOthers.map((ref) => `delete ${ref}`);
  const written: string[] = [];
  for (const kind of ['heads', 'tags'] as const) {
    for (const [name, oid] of before.remote[kind]) {
      if (now[kind].has(name)) continue;
      removed.push(`delete ${trackingOf(url)}/${kind}/${name}`);
      if (kind === 'heads') written.push(`update ${goneRef(url, name)} ${oid}`);
    }
    for (const [name, oid] of now[kind]) {
      if (before.remote[kind].get(name) === oid) continue;
      written.push(`update ${trackingOf(url)}/${kind}/${name} ${oid}`);
      if (kind === 'heads' && before.goneTip(name)) removed.push(`delete ${goneRef(url, name)}`);
    }
  }
  // In two steps: `a` has to be gone before `a/b` can be made.
  await updateRefs(native, gitdir, removed);
  await updateRefs(native, gitdir, written);
}

/** Notes what was pushed. */
export async function noteUpdates(
  native: NativeGit,
  gitdir: string,
  url: string,
  pushed: ReadonlyMap<string, string>,
): Promise<void> {
  await updateRefs(
    native,
    gitdir,
    [...pushed].map(([branch, oid]) => `update ${trackingOf(url)}/heads/${branch} ${oid}`),
  );
}

/**
 * Makes refs that are not there yet, many at a time, or else one by one.
 * @param prefix e.g. `refs/heads/`
 * @returns the names that could not be made: `a` where `a/b` is, or one that somebody else made meanwhile
 */
export async function createRefs(
  native: NativeGit,
  gitdir: string,
  prefix: 'refs/heads/' | 'refs/tags/',
  oids: ReadonlyMap<string, string>,
): Promise<string[]> {
  const refused: string[] = [];
  const all = [...oids].map(([name, oid]) => ({ name, line: `create ${prefix}${name} ${oid}` }));
  for (let at = 0; at < all.length; at += updatesAtOnce) {
    const some = all.slice(at, at + updatesAtOnce);
    const made = await updateRefs(
      native,
      gitdir,
      some.map(({ line }) => line),
    ).then(
      () => true,
      () => false,
    );
    if (made) continue;
    for (const { name, line } of some)
      await updateRefs(native, gitdir, [line]).catch(() => refused.push(name));
  }
  return refused;
}

/** Forgets all remotes. */
export async function removeTracking(native: NativeGit, gitdir: string): Promise<void> {
  const printed = await native.run(['for-each-ref', '--format=delete %(refname)', tracking, gone], {
    gitdir,
  });
  await updateRefs(native, gitdir, printed.toString().split('\n').filter(Boolean));
}

function trackingOf(url: string): string {
  return `${tracking}/${sha1(url)}`;
}

function goneOf(url: string): string {
  return `${gone}/${sha1(url)}`;
}

/** By the name's hash, for `a` and `a/b` can both be gone. */
function goneRef(url: string, branch: string): string {
  return `${goneOf(url)}/${sha1(branch)}`;
}

function othersBelow(refs: Iterable<string>, prefix: string, own: string): string[] {
  return [...refs].filter((ref) => ref.startsWith(prefix) && !ref.startsWith(`${own}/`));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
