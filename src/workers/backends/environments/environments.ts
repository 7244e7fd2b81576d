import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { z } from 'zod';
import { FairLimit } from '../../../engines/events/fair-limit.js';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { removeTree } from '../../remove-tree.js';
import type { WorkerRequirements } from '../../worker-spec.js';
import { checkRequirements } from './check-requirements.js';
import { environmentFailed } from './environment-failed.js';

const maxConcurrentBuilds = 2;
const maxAttempts = 3;
const maxEnvironments = 20;
const maxTotalBytes = 20 * 1024 ** 3;
/** A build cannot take as long; older ones were left behind by a process that was killed. */
const staleAfterMs = 30 * 60_000;

const markerSchema = z.object({ bytes: z.number() });

/** What an environment is made of. */
export interface EnvironmentRequest extends WorkerRequirements {
  /** Who asks for it: builds are shared between the users. */
  userId?: string;
  /** What decides the contents beside the text: the interpreter, the settings of pip. */
  identity: readonly string[];
  /** Whether no code of packages may run while they are installed; default it may. */
  wheelsOnly?: boolean;
  /**
   * Installs the packages. Their modules come into the folder `site`, their programs into `site/bin`.
   * @param directory absolute path of a folder that does not exist
   * @param requirements the checked lines of the text
   * @param onStillRunning to be called when code of packages may run on in the folder, which is left alone then for at least half
   *   an hour
   * @returns the bytes of the folder
   * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
   */
  install(
    directory: string,
    requirements: string,
    signal: AbortSignal,
    onStillRunning: () => void,
  ): Promise<number>;
}

/** An environment that does not exist yet. */
interface WantedBuild {
  id: string;
  userId: string | undefined;
  install(directory: string, signal: AbortSignal, onStillRunning: () => void): Promise<number>;
}

/** What {@link Environments} work with. */
export interface EnvironmentsDeps {
  /** Absolute path of the folder of all environments. */
  directory: string;
  /** Whether the server of a worker runs: its environment is not removed. */
  isRunning(workerId: string): Promise<boolean>;
  /** How many are kept, 20 by default, but also no more than 20 GiB. */
  maxEnvironments?: number;
  log: Logger;
}

/** An environment that is being built, and how many wait for it. */
interface Build {
  done: Promise<string>;
  waiting: number;
  aborter: AbortController;
}

/**
 * Folders with the packages of `requirements.txt` files. Each is built once and kept for later starts; concurrent starts
 * share one build. Different scopes never share one, because a build runs code that its scope chose. A folder gets its
 * name when it is complete. When there are too many, the least recently used ones that no worker uses are removed. What
 * cannot be removed is logged and tried again before a later build; nothing else waits for it.
 */
export class Environments {
  readonly #builds = new Map<string, Build>();
  /** The names of the folders in which this process builds, or which it removes. */
  readonly #partial = new Set<string>();
  readonly #limit = new FairLimit(maxConcurrentBuilds);
  /** Removals, and uses of folders that exist, one after the other. */
  readonly #folders = pLimit(1);

  readonly #deps: EnvironmentsDeps;

  constructor(deps: EnvironmentsDeps) {
    this.#deps = deps;
  }

  /**
   * The folder with the packages for a worker; builds it if it does not exist.
   * @returns an absolute path: modules are in it, programs in its `bin`
   * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
   */
  async folderFor(workerId: string, request: EnvironmentRequest, signal: AbortSignal): Promise<string> {
    const checked = checkRequirements(request.text, request.wheelsOnly);
    const id = identify(request);
    const install: WantedBuild['install'] = (directory, either, onStillRunning) =>
      request.install(directory, checked, either, onStillRunning);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const found = await this.#folders(() => this.#use(id, workerId));
      if (found) return found;
      await this.#build({ id, install, userId: request.userId }, signal);
    }
    throw environmentFailed('other environments were built meanwhile, and it was removed');
  }

  /** The server of a worker has ended; idempotent. */
  async release(workerId: string): Promise<void> {
    for (const id of await this.#ids()) await rm(this.#userFile(id, workerId), { force: true });
  }

  /** Removes what other processes have not finished. For when none of them is left. Never throws. */
  async removeUnfinished(): Promise<void> {
    const names = await readdir(this.#deps.directory).catch(() => []);
    // Chosen before the first is removed: what a build of this process leaves meanwhile stays.
    const unfinished = names.filter((name) => name.startsWith('partial-') && !this.#partial.has(name));
    for (const name of unfinished) await this.#remove(name);
  }

  async #use(id: string, workerId: string): Promise<string | undefined> {
    const marker = this.#marker(id);
    const isComplete = await stat(marker).then(
      () => true,
      () => false,
    );
    if (!isComplete) return undefined;
    await writeFile(this.#userFile(id, workerId), '');
    await utimes(marker, new Date(), new Date());
    return join(this.#deps.directory, id, 'site');
  }

  /** Waits for the build, which goes on while somebody waits for it. */
  async #build(wanted: WantedBuild, signal: AbortSignal): Promise<void> {
    const { id } = wanted;
    // One that everybody has left is about to end.
    if (this.#builds.get(id)?.aborter.signal.aborted) await this.#builds.get(id)?.done.catch(() => {});
    const build = this.#builds.get(id) ?? this.#begin(wanted);
    build.waiting += 1;
    try {
      await rejectOnAbort(build.done, signal);
    } finally {
      build.waiting -= 1;
      if (build.waiting === 0) await endBuild(build);
    }
  }

  #begin({ id, install, userId }: WantedBuild): Build {
    const aborter = new AbortController();
    const done = this.#limit
      .run(userId ?? '', () => this.#make(id, install, aborter.signal), aborter.signal)
      .finally(() => this.#builds.delete(id));
    // Nobody may wait for it any more.
    done.catch(() => {});
    const build = { done, waiting: 0, aborter };
    this.#builds.set(id, build);
    return build;
  }

  async #make(id: string, install: WantedBuild['install'], signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const { directory } = this.#deps;
    await mkdir(directory, { recursive: true, mode: 0o711 });
    await this.#folders(() => this.#evict());
    const name = partialName();
    const partial = join(directory, name);
    this.#partial.add(name);
    let isStillRunning = false;
    const onStillRunning = () => {
      isStillRunning = true;
    };
    try {
      const bytes = await install(partial, signal, onStillRunning);
      await mkdir(join(partial, 'users'));
      await writeFile(join(partial, 'complete.json'), JSON.stringify({ bytes }));
      await rename(partial, join(directory, id)).catch((error) => {
        // Another gateway on the same folder has built the same meanwhile.
        if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
      });
      return id;
    } finally {
      // What is left of a build could change the folder while it is removed.
      if (isStillRunning) this.#partial.delete(name);
      else await this.#remove(name);
    }
  }

  /** Leaves room for one more environment. */
  async #evict(): Promise<void> {
    await this.#removeStale();
    const kept: { id: string; bytes: number; usedAt: number }[] = [];
    for (const id of await this.#ids()) {
      const marker = await this.#readMarker(id);
      if (marker) kept.push({ id, ...marker });
      else await this.#discard(id);
    }
    kept.sort((a, b) => b.usedAt - a.usedAt);
    let bytes = 0;
    for (const [index, environment] of kept.entries()) {
      bytes += environment.bytes;
      const isExtra = index >= (this.#deps.maxEnvironments ?? maxEnvironments) - 1 || bytes > maxTotalBytes;
      if (isExtra && !(await this.#isUsed(environment.id))) await this.#discard(environment.id);
    }
  }

  async #removeStale(): Promise<void> {
    for (const name of await readdir(this.#deps.directory)) {
      const [, startedAt] = /^partial-(\d+)-/.exec(name) ?? [];
      const isStale = startedAt && Date.now() - Number(startedAt) > staleAfterMs;
      if (isStale && !this.#partial.has(name)) await this.#remove(name);
    }
  }

  async #isUsed(id: string): Promise<boolean> {
    const users = await readdir(join(this.#deps.directory, id, 'users')).catch(() => []);
    for (const workerId of users) if (await this.#deps.isRunning(workerId)) return true;
    return false;
  }

  async #readMarker(id: string): Promise<{ bytes: number; usedAt: number } | undefined> {
    try {
      const { bytes } = markerSchema.parse(JSON.parse(await readFile(this.#marker(id), 'utf8')));
      return { bytes, usedAt: (await stat(this.#marker(id))).mtimeMs };
    } catch {
      return undefined;
    }
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(this.#deps.directory).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  /** Removes an environment. What may remain of it is neither used nor in the way of the next one of this id. Never throws. */
  async #discard(id: string): Promise<void> {
    await this.#remove(partialName(), id);
  }

  /** Removes a folder that has no name of an environment, but may have had the one of `id`. Never throws. */
  async #remove(name: string, id = name): Promise<void> {
    const { directory, log } = this.#deps;
    const folder = join(directory, name);
    this.#partial.add(name);
    try {
      if (id !== name) await rename(join(directory, id), folder);
      await removeTree(folder);
    } catch (err) {
      log.warn({ err, folder }, 'a folder of packages was not removed');
    } finally {
      this.#partial.delete(name);
    }
  }

  #marker(id: string): string {
    return join(this.#deps.directory, id, 'complete.json');
  }

  #userFile(id: string, workerId: string): string {
    return join(this.#deps.directory, id, 'users', workerId);
  }
}

/** The name of a folder that is no environment, with the time of its creation. */
function partialName(): string {
  return `partial-${Date.now()}-${randomUUID()}`;
}

/** Returns when nothing of it runs any more. */
async function endBuild({ aborter, done }: Build): Promise<void> {
  aborter.abort();
  await done.catch(() => {});
}

function identify({ scope, text, identity, wheelsOnly = false }: EnvironmentRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, text, wheelsOnly, ...identity]))
    .digest('hex');
}
