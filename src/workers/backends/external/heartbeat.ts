import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const maxPeriodMs = 60_000;

/** A file that is written to periodically while this process runs, so that its workers know that it does. */
export class Heartbeat {
  /** Absolute. */
  readonly file: string;
  /** Servers end when the file was not written to for so long. */
  readonly orphanMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(file: string, orphanMs: number) {
    this.file = file;
    this.orphanMs = orphanMs;
    this.#timer = setInterval(() => this.beat().catch(() => {}), Math.min(maxPeriodMs, orphanMs / 8));
    this.#timer.unref();
  }

  /** Writes to the file now. @throws Error when it cannot be written to */
  async beat(): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    await writeFile(this.file, `${process.pid}\n`, { mode: 0o600 });
  }

  /** Writes no more. */
  close(): void {
    clearInterval(this.#timer);
  }
}
