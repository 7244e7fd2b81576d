import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DurableFiles } from '../durability/durable-files.js';
import { tempFolder, tempName } from '../durability/temp-name.js';

/** Moved in this order: git knows a pack by its index, so that comes last. */
const suffixes = ['.pack', '.rev', '.idx'];

/**
 * A folder for the objects of one push, which nobody reads before they are published. A name of ours, so that what a
 * kill leaves is removed at the next start.
 */
export class Quarantine {
  private constructor(
    private readonly files: DurableFiles,
    readonly directory: string,
  ) {}

  /** Makes the folder; `remove` is to be called in `finally`. */
  static async open(files: DurableFiles): Promise<Quarantine> {
    const directory = join(files.gitdir, tempFolder, tempName((await files.owner.instance()).id));
    await mkdir(join(directory, 'pack'), { recursive: true });
    return new Quarantine(files, directory);
  }

  /** For a command that sees these objects and no others. */
  get alone(): Record<string, string> {
    return { GIT_OBJECT_DIRECTORY: this.directory };
  }

  /** For a command that writes here and sees the repository's objects, too. */
  get beside(): Record<string, string> {
    // Quoted, for a list of folders is split at colons.
    const objects = JSON.stringify(join(this.files.gitdir, 'objects'));
    return { ...this.alone, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
  }

  /** Moves the packs to the repository's, durably. They come with no ref yet, so a kill in between is as if nothing was. */
  async publish(): Promise<void> {
    const from = join(this.directory, 'pack');
    const to = join(this.files.gitdir, 'objects/pack');
    const names = (await readdir(from)).filter((name) => /^pack-[0-9a-f]{40}\.(pack|rev|idx)$/.test(name));
    await this.files.sync(names.map((name) => join(from, name)));
    for (const suffix of suffixes) {
      for (const name of names.filter((one) => one.endsWith(suffix)))
        await rename(join(from, name), join(to, name));
    }
    await this.files.sync([to]);
  }

  /** Removes the folder with what is left in it. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
