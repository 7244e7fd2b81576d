import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { findNativeGit } from '../engines/git/find-native-git.js';
import { resultOrFallback } from '../metrics/result-or-fallback.js';

/** How long an answer counts: anybody may ask, and each check writes to the disk. */
const maxAgeMs = 1_000;
/** Git is a program that is started for it, and seldom goes away. */
const gitMaxAgeMs = 30_000;
const maxWaitMs = 3_000;

/** What {@link Readiness} uses. */
export interface ReadinessDeps extends PrismaService {
  /** The folder that has to be writable. */
  dataDir: string;
}

/**
 * Whether requests can be served: the database answers, the disk takes a file, git can be started, and the process does not
 * stop.
 */
export class Readiness {
  readonly #deps: ReadinessDeps;
  #isDraining = false;
  #last: { at: number; reason: Promise<string | null> } | undefined;
  #git: { at: number; reason: Promise<string | null> } | undefined;
  /** A disk that hangs keeps one probe waiting, not one of each check: they share the few threads of all file work. */
  #disk: Promise<void> | undefined;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /** The process is going to stop. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Why requests cannot be served, in a sentence; null when they can. Never rejects, and takes at most 3 s. */
  async check(): Promise<string | null> {
    if (this.#isDraining) return 'The gateway is stopping.';
    const now = performance.now();
    if (!this.#last || now - this.#last.at > maxAgeMs) this.#last = { at: now, reason: this.#checkAll() };
    return this.#last.reason;
  }

  async #checkAll(): Promise<string | null> {
    const reasons = await Promise.all([
      reasonOf(this.#checkDatabase(), 'The database does not answer.'),
      reasonOf(this.#checkDisk(), 'The data folder cannot be written.'),
      reasonOf(this.#checkGit(), 'The program git cannot be started.'),
    ]);
    return reasons.find((reason) => reason !== null) ?? null;
  }

  async #checkDatabase(): Promise<void> {
    await this.#deps.prisma.$queryRaw`SELECT 1`;
  }

  #checkDisk(): Promise<void> {
    this.#disk ??= this.#writeFile().finally(() => {
      this.#disk = undefined;
    });
    return this.#disk;
  }

  async #writeFile(): Promise<void> {
    const path = join(this.#deps.dataDir, `ready-${randomUUID()}`);
    const file = await open(path, 'wx', 0o600);
    try {
      // A full disk still takes empty files.
      await file.writeFile('ready\n');
    } finally {
      await file.close();
      await unlink(path);
    }
  }

  async #checkGit(): Promise<void> {
    const now = performance.now();
    if (!this.#git || now - this.#git.at > gitMaxAgeMs)
      this.#git = {
        at: now,
        reason: findNativeGit().then(
          () => null,
          () => 'missing',
        ),
      };
    const { reason } = this.#git;
    if ((await reason) === null) return;
    this.#git = undefined;
    throw new Error('git cannot be started');
  }
}

/** @returns null where the work succeeds in time, else the reason */
function reasonOf(work: Promise<void>, reason: string): Promise<string | null> {
  return resultOrFallback<string | null>(
    work.then(() => null),
    maxWaitMs,
    reason,
  );
}
