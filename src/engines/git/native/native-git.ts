import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { storageUnavailable } from '../durability/storage-error.js';
import { assertDescriptors } from './assert-descriptors.js';

const defaultTimeoutMs = 10 * 60_000;
const defaultOutputBytes = 64 * 1024 * 1024;
const keptErrorBytes = 8 * 1024;

/**
 * What every process of git is told: no hooks, no work behind our back, everything flushed, and no way to follow a
 * repository, an alternate or a transport that we did not name.
 * @see https://git-scm.com/docs/git-config
 */
const settings = {
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.fsync': 'all',
  'core.fsyncMethod': 'fsync',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'receive.autogc': 'false',
  'protocol.allow': 'never',
  'safe.directory': '*',
  'advice.detachedHead': 'false',
};

/** How one command is run. */
export interface NativeRun {
  /** The bare repository; absent where a command needs none. */
  gitdir?: string;
  /** Settings beside the ones that always hold, e.g. `{ 'pack.threads': '1' }`. */
  config?: Record<string, string>;
  /** Variables beside the ones that always hold, e.g. `GIT_OBJECT_DIRECTORY`. */
  env?: Record<string, string>;
  /** Kills the command and all that it started. */
  signal?: AbortSignal;
}

/** How one command is run to its end. */
export interface NativeCommand extends NativeRun {
  input?: string | Uint8Array;
  /** Default 10 minutes; then it is killed. */
  timeoutMs?: number;
  /** Bytes of output, default 64 MiB; more kills it. */
  mostOutput?: number;
}

/** A command of git that failed. Its text is for the log only: it may hold paths of the host. */
export class NativeGitError extends Error {
  constructor(
    readonly command: string,
    /** Null when it was killed. */
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`git ${command} failed (${exitCode ?? 'killed'}): ${stderr.trim().slice(-500)}`);
    this.name = 'NativeGitError';
  }
}

/** A command that was killed because it printed more than its bound. */
export class TooMuchOutput extends NativeGitError {
  constructor(command: string, stderr: string) {
    super(command, null, stderr);
    this.name = 'TooMuchOutput';
  }
}

/** The `git` program of this machine, in an environment in which it does what we asked and nothing else. */
export interface NativeGit {
  /** E.g. `2.39.5`. */
  version: string;
  /**
   * Runs a command to its end, without a shell, and answers what it printed.
   * @throws NativeGitError when it fails or takes too long, TooMuchOutput when it prints too much; DomainError
   *   `storage_unavailable` when it cannot be started
   */
  run(args: readonly string[], options?: NativeCommand): Promise<Buffer>;
  /**
   * Starts a command whose input and output are streamed. The caller bounds how long it runs and drains its `stderr`;
   * `signal` kills it with all that it started. It leads a process group of its own. A failure to start it is thrown,
   * or told by its event `error`, as Node sees fit.
   * @throws DomainError `storage_unavailable`
   */
  start(args: readonly string[], options?: NativeRun & Pick<SpawnOptions, 'stdio'>): ChildProcess;
}

/** The `git` program of a version, which {@link findNativeGit} has found. */
export function nativeGit(version: string): NativeGit {
  return { version, run, start };
}

function start(args: readonly string[], options: NativeRun & Pick<SpawnOptions, 'stdio'> = {}): ChildProcess {
  const { gitdir, signal, stdio } = options;
  const config = Object.entries({ ...settings, ...options.config }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const child = spawnOrThrow([...config, ...(gitdir ? ['--git-dir', gitdir] : []), ...args], {
    env: {
      PATH: process.env.PATH,
      LC_ALL: 'C',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      // A ref that is damaged is left out, and does not end what is done to the others.
      GIT_REF_PARANOIA: '0',
      ...options.env,
    },
    stdio: stdio ?? 'pipe',
    // A group of its own, so that the helpers that git starts end with it.
    detached: true,
  });
  const kill = () => killGroup(child);
  signal?.addEventListener('abort', kill, { once: true });
  child.once('close', () => signal?.removeEventListener('abort', kill));
  if (signal?.aborted) kill();
  return child;
}

/** Node throws some failures, and tells others later, on the process and its streams, whoever listens there by then. */
function spawnOrThrow(args: readonly string[], options: SpawnOptions): ChildProcess {
  assertDescriptors();
  let child: ChildProcess;
  try {
    child = spawn('git', args, options);
  } catch (error) {
    throw storageUnavailable(error);
  }
  child.on('error', () => {});
  // Somebody else took the last descriptors meanwhile: the streams are not even made.
  if ((child.stdio as unknown) === undefined)
    throw storageUnavailable(new Error('no file descriptor is free'));
  for (const stream of child.stdio) stream?.on('error', () => {});
  return child;
}

function run(args: readonly string[], options: NativeCommand = {}): Promise<Buffer> {
  const { input, timeoutMs = defaultTimeoutMs, mostOutput = defaultOutputBytes } = options;
  return new Promise((resolve, reject) => {
    const child = start(args, options);
    const chunks: Buffer[] = [];
    let length = 0;
    let errors = '';
    const timer = setTimeout(() => killGroup(child), timeoutMs);
    child.stdout!.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostOutput) killGroup(child);
      else chunks.push(chunk);
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-keptErrorBytes);
    });
    // A command may end before it has read its input; its exit code tells.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(storageUnavailable(error));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (length > mostOutput) reject(new TooMuchOutput(args[0] ?? '', errors));
      else if (code === 0) resolve(Buffer.concat(chunks, length));
      else reject(new NativeGitError(args[0] ?? '', code, errors));
    });
  });
}

/** Kills a command and what it started; one that has ended is left alone. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
