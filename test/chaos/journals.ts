import { link, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sweepMs = 40;

/** What a cell wrote to its file. */
export interface Journal {
  /** How often it began. */
  begun: number;
  /** Its lines, in their order. */
  text: string;
  /** Whether a cell that prints late has printed all, a second ago. */
  isWhole: boolean;
}

/**
 * The files that cells write. A worker that ends takes its folder with it, so each file gets a second name in a folder of
 * ours, soon after it was created.
 */
export class Journals {
  readonly #kept = new Set<string>();
  #isClosed = false;
  readonly #sweeping: Promise<void>;

  readonly #workers: string;
  readonly #folder: string;

  /** @param folder on the same file system as `workersDirectory` */
  constructor(workersDirectory: string, folder: string) {
    this.#workers = workersDirectory;
    this.#folder = folder;
    this.#sweeping = this.#sweepOften();
  }

  /** Gives each file of now a second name. */
  async sweep(): Promise<void> {
    for (const worker of await namesIn(this.#workers)) {
      const journals = join(this.#workers, worker, 'files', 'journal');
      for (const name of await namesIn(journals)) {
        const kept = join(this.#folder, name, worker);
        if (this.#kept.has(kept)) continue;
        await mkdir(join(this.#folder, name), { recursive: true });
        const error = await link(join(journals, name), kept).then(
          () => undefined,
          ({ code }: NodeJS.ErrnoException) => code,
        );
        if (error === undefined || error === 'EEXIST') this.#kept.add(kept);
        else if (error !== 'ENOENT') throw new Error(`The file of a cell was not kept: ${error}`);
      }
    }
  }

  /** What a cell has written until now, on all workers. */
  async read(name: string): Promise<Journal> {
    await this.sweep();
    const folder = join(this.#folder, name);
    const texts = await Promise.all(
      (await namesIn(folder)).map((worker) => readFile(join(folder, worker), 'utf8')),
    );
    const lines = texts.join('').split('\n');
    const written = lines.filter((line) => line !== 'begin' && line !== 'whole');
    const begun = lines.filter((line) => line === 'begin').length;
    return { begun, text: written.join('\n'), isWhole: lines.includes('whole') };
  }

  /** Keeps no more files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sweeping;
  }

  async #sweepOften(): Promise<void> {
    while (!this.#isClosed) {
      await this.sweep();
      await sleep(sweepMs);
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
