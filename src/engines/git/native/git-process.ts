import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { storageUnavailable } from '../durability/storage-error.js';
import { assertDescriptors } from './assert-descriptors.js';
import { drained } from './drained.js';
import { type GitInvocation, gitArguments, gitEnvironment } from './git-invocation.js';

const maxErrorBytes = 8 * 1024;

/** How a process of Git is run. */
export interface ProcessOptions extends GitInvocation {
  /** Stops the command and everything that it started. */
  signal?: AbortSignal;
  /**
   * How long a command that is stopped may clean up after `SIGTERM`, in milliseconds, before `SIGKILL`. Default 0:
   * `SIGKILL` immediately.
   */
  graceMs?: number;
  /** Whether it runs at the lowest priority; default false. */
  isBackground?: boolean;
  /** Receives the last 8 KiB of the error output each time it grows. */
  onErrorOutput?(text: string): void;
}

/**
 * One running command of Git, whose input and output are streamed. It leads a process group of its own, so that the helpers
 * that Git starts end with it. The caller limits how long it runs.
 */
export class GitProcess {
  readonly #child: ChildProcess;
  readonly #graceMs: number;
  #errorOutput = '';
  #killTimer: NodeJS.Timeout | undefined;

  /**
   * The exit code after all streams have ended; null when the command was killed.
   * @throws DomainError `storage_unavailable` when it could not be started
   */
  readonly exited: Promise<number | null>;

  /** @throws DomainError `storage_unavailable` when it is known immediately that it cannot be started */
  constructor(args: readonly string[], options: ProcessOptions = {}) {
    const { signal, isBackground, onErrorOutput } = options;
    this.#graceMs = options.graceMs ?? 0;
    this.#child = spawnGit(gitArguments(args, options), {
      env: gitEnvironment(options),
      stdio: 'pipe',
      detached: true,
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.#errorOutput = (this.#errorOutput + chunk.toString()).slice(-maxErrorBytes);
      onErrorOutput?.(this.#errorOutput);
    });
    if (isBackground) this.#child.once('spawn', () => lowerPriority(this.#child));
    this.exited = this.#exit(signal);
    // The caller may stop before it waits for the end.
    this.exited.catch(() => {});
  }

  /** The standard input. Errors on it are ignored, because a command may end before it has read everything. */
  get stdin(): Writable {
    return this.#child.stdin!;
  }

  /** The standard output, which the caller has to read. */
  get stdout(): Readable {
    return this.#child.stdout!;
  }

  /** The last 8 KiB of the error output. For the log only: it may contain paths of the host. */
  get errorOutput(): string {
    return this.#errorOutput;
  }

  /** Ends the command and everything that it started; does nothing after its end. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#signalGroup(this.#graceMs === 0 ? 'SIGKILL' : 'SIGTERM');
    if (this.#graceMs > 0) this.#killTimer ??= setTimeout(() => this.#signalGroup('SIGKILL'), this.#graceMs);
  }

  /**
   * Writes chunks to the standard input, not faster than the command reads them, and ends it. What comes after the command
   * has closed its input is read and dropped, because a client reads no answer before it has sent its whole request.
   */
  async writeInput(chunks: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        if (this.stdin.writable && !this.stdin.write(chunk)) await drained(this.stdin);
      }
      this.stdin.end();
    } catch (error) {
      this.stdin.destroy();
      throw error;
    }
  }

  async #exit(signal: AbortSignal | undefined): Promise<number | null> {
    const stop = () => this.stop();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      return await new Promise((resolve, reject) => {
        this.#child.once('error', (error) => reject(storageUnavailable(error)));
        this.#child.once('close', resolve);
      });
    } finally {
      clearTimeout(this.#killTimer);
      signal?.removeEventListener('abort', stop);
    }
  }

  get #isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (!this.#isRunning) return;
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      this.#child.kill(signal);
    }
  }
}

/** Node throws some failures immediately and emits others later, on the process or on one of its streams. */
function spawnGit(args: readonly string[], options: SpawnOptions): ChildProcess {
  assertDescriptors();
  let child: ChildProcess;
  try {
    child = spawn('git', args, options);
  } catch (error) {
    throw storageUnavailable(error);
  }
  child.on('error', () => {});
  // Somebody else took the last descriptors meanwhile, so Node has not even created the streams.
  if ((child.stdio as unknown) === undefined)
    throw storageUnavailable(new Error('no file descriptor is free'));
  for (const stream of child.stdio) stream?.on('error', () => {});
  return child;
}

function lowerPriority(child: ChildProcess): void {
  try {
    setPriority(child.pid!, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}
