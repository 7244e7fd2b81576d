import { createHash } from 'node:crypto';
import type { NativeGit } from '../native/native-git.js';
import { isBranchName } from '../ref-name.js';
import type { RemoteTips } from './fetch-remote.js';
import { updateRefs, updatesAtOnce } from './update-refs.js';

const tracking = 'refs/gateway/remote';
const gone = 'refs/gateway/gone';

/** The refs that a sync reads. */
export interface SyncRefs {
  /** The local branches. */
  local: Map<string, string>;
  /** The local tags. */
  tags: Map<string, string>;
  /** The tips of the remote at the last sync, from the hidden refs below `refs/gateway/remote`. */
  remote: RemoteTips;
  /** The last tip of a branch that the remote has deleted; null when the remote never had the branch. */
  goneTip(branch: string): string | null;
  /** The tracking refs of other remotes. */
  ofOthers: string[];
}

/**
 * Reads the refs of a repository, without those whose names the gateway does not accept. The names of tracking refs contain
 * a hash of the remote's URL, so that refs that remained from another remote are never confused with them.
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
 * Writes the tips of the remote to tracking refs, and removes those of other remotes. The refs also protect commits that are
 * not merged yet from being pruned.
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
  // In two steps: `a` must be removed before `a/b` can be created.
  await updateRefs(native, gitdir, removed);
  await updateRefs(native, gitdir, written);
}

/** Writes the tips that were pushed to tracking refs. */
export async function notePushed(
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
 * Creates refs, many at a time, or one by one when that fails.
 * @returns the names that could not be created: `a` where `a/b` exists, or a ref that somebody else created meanwhile
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
    const isCreated = await updateRefs(
      native,
      gitdir,
      some.map(({ line }) => line),
    ).then(
      () => true,
      () => false,
    );
    if (isCreated) continue;
    for (const { name, line } of some)
      await updateRefs(native, gitdir, [line]).catch(() => refused.push(name));
  }
  return refused;
}

/** Removes the tracking refs of all remotes. */
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

/** Contains a hash of the branch, because the remote may have deleted both `a` and `a/b`. */
function goneRef(url: string, branch: string): string {
  return `${goneOf(url)}/${sha1(branch)}`;
}

function othersBelow(refs: Iterable<string>, prefix: string, own: string): string[] {
  return [...refs].filter((ref) => ref.startsWith(prefix) && !ref.startsWith(`${own}/`));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
