import { link, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sweepMs = 40;

/** What a cell wrote to its file. */
export interface Journal {
  /** How often it began. */
  begun: number;
  /** Its lines, in their order, as it printed them. */
  text: string;
  /** When it wrote each line, in ms since 1970; undefined for those of a child process. */
  times: (number | undefined)[];
  /** The workers on which it has begun. */
  workers: string[];
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
    const workers = await namesIn(folder);
    const texts = await Promise.all(workers.map((worker) => readFile(join(folder, worker), 'utf8')));
    return { ...parseJournal(texts.join('')), workers };
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

/** Reads what a cell has written: `begin`, lines with their times, and `whole`. */
export function parseJournal(written: string): Omit<Journal, 'workers'> {
  const lines = written.split('\n');
  const printed = lines.flatMap((line) => {
    const [, time, text] = /^(\d+|-) (.*)$/.exec(line) ?? [];
    return time === undefined ? [] : [{ at: time === '-' ? undefined : Number(time), text: `${text}\n` }];
  });
  return {
    begun: lines.filter((line) => line === 'begin').length,
    text: printed.map(({ text }) => text).join(''),
    times: printed.map(({ at }) => at),
    isWhole: lines.includes('whole'),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
