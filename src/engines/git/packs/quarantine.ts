import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** In this order: Git finds a pack by its index, so the index comes last. */
const suffixes = ['.pack', '.rev', '.idx'];
const packName = /^pack-[0-9a-f]{40}\.(pack|rev|idx)$/;

/** What a {@link Quarantine} needs to know. */
export interface QuarantineOptions {
  /** The folder that is created, on the disk of the repository. */
  folder: string;
  /** The repository that gets the objects. */
  gitdir: string;
  /** Syncs files and folders to the disk. */
  sync(paths: string[]): Promise<void>;
}

/**
 * A folder for the new objects of one push or fetch. Nobody reads them before they are checked and published. The caller
 * chooses a name that identifies this process, so that the next start removes the folder after a kill.
 */
export class Quarantine {
  readonly folder: string;
  readonly #gitdir: string;
  readonly #sync: (paths: string[]) => Promise<void>;

  private constructor({ folder, gitdir, sync }: QuarantineOptions) {
    this.folder = folder;
    this.#gitdir = gitdir;
    this.#sync = sync;
  }

  /** Creates the folder. Call {@link remove} in `finally`. */
  static async create(options: QuarantineOptions): Promise<Quarantine> {
    await mkdir(join(options.folder, 'objects/pack'), { recursive: true });
    return new Quarantine(options);
  }

  /** The environment of a command that sees only the new objects. */
  get alone(): Record<string, string> {
    return { GIT_OBJECT_DIRECTORY: join(this.folder, 'objects') };
  }

  /** The environment of a command that writes new objects and also sees those of the repository. */
  get beside(): Record<string, string> {
    // Quoted, because Git splits a list of folders at colons. A file `info/alternates` would reach every command.
    const alternate = JSON.stringify(join(this.#gitdir, 'objects'));
    return { ...this.alone, GIT_ALTERNATE_OBJECT_DIRECTORIES: alternate };
  }

  /** Moves the packs into the repository, durably. No ref leads to them yet, so a kill half-way does no harm. */
  async publish(): Promise<void> {
    const from = join(this.folder, 'objects/pack');
    const to = join(this.#gitdir, 'objects/pack');
    const names = (await readdir(from)).filter((name) => packName.test(name));
    if (names.length === 0) return;
    await this.#sync(names.map((name) => join(from, name)));
    for (const suffix of suffixes) {
      for (const name of names.filter((one) => one.endsWith(suffix)))
        await rename(join(from, name), join(to, name));
    }
    await this.#sync([to]);
  }

  /** Removes the folder and its content. */
  async remove(): Promise<void> {
    // A Git process that was killed may still write there for a moment.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
