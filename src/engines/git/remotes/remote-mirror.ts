import type { NativeGit } from '../native/native-git.js';
import { compareTips, type Distance } from './compare-tips.js';
import { fetchRemote, type RemoteTips, remoteDefaultBranch } from './fetch-remote.js';
import { pushRemote } from './push-remote.js';
import type { RemoteAccess, RemoteLimits } from './remote-access.js';
import { createRefs, notePushed, readSyncRefs, type SyncRefs, writeTracking } from './tracking-refs.js';

/** What a {@link RemoteMirror} is created with. */
export interface RemoteMirrorDeps {
  native: NativeGit;
  gitdir: string;
  access: RemoteAccess;
  limits: RemoteLimits;
  signal: AbortSignal;
  /** A new folder name on the same disk. */
  temporaryFolder(): Promise<string>;
}

/**
 * A repository together with one elsewhere that it mirrors. Every method that talks to the remote throws a RemoteFault, or
 * the reason of the signal.
 */
export class RemoteMirror {
  readonly #deps: RemoteMirrorDeps;

  constructor(deps: RemoteMirrorDeps) {
    this.#deps = deps;
  }

  /** Fetches the objects of the remote's branches and tags, and returns what the remote has; no ref moves. */
  async fetch(): Promise<RemoteTips> {
    const { native, gitdir, access } = this.#deps;
    return fetchRemote(
      native,
      { gitdir, quarantine: await this.#deps.temporaryFolder() },
      access,
      this.#deps,
    );
  }

  /** The branch that the remote calls its default; null when it has none. */
  defaultBranch(): Promise<string | null> {
    return remoteDefaultBranch(this.#deps.native, this.#deps.access, this.#deps);
  }

  /**
   * Moves branches of the remote forward and records that; false when the remote has moved since it was fetched.
   * @param commits the commit by branch
   */
  async push(commits: ReadonlyMap<string, string>): Promise<boolean> {
    const { native, gitdir, access } = this.#deps;
    if (!(await pushRemote(native, gitdir, access, commits, this.#deps))) return false;
    await notePushed(native, gitdir, access.url, commits);
    return true;
  }

  /** Reads the refs here, with those that the remote had when it was last fetched. */
  readRefs(): Promise<SyncRefs> {
    const { native, gitdir, access } = this.#deps;
    return readSyncRefs(native, gitdir, access.url);
  }

  /** Records what the remote has, and forgets other remotes. */
  writeTracking(tips: RemoteTips): Promise<void> {
    const { native, gitdir, access } = this.#deps;
    return writeTracking(native, gitdir, access.url, tips);
  }

  /**
   * Creates refs that do not exist yet.
   * @param oids the object by short name
   * @returns the names that could not be created
   */
  createRefs(prefix: 'refs/heads/' | 'refs/tags/', oids: ReadonlyMap<string, string>): Promise<string[]> {
    return createRefs(this.#deps.native, this.#deps.gitdir, prefix, oids);
  }

  /** How many commits only one of two tips has. */
  compareTips(here: string, there: string): Promise<Distance> {
    const { native, gitdir, signal } = this.#deps;
    return compareTips(native, gitdir, here, there, signal);
  }
}
