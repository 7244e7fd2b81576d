import { GitProcess, type ProcessOptions } from './git-process.js';

const defaultTimeoutMs = 10 * 60_000;
const defaultMaxOutput = 64 * 1024 * 1024;

/** How one command is run to its end. */
export interface NativeCommand extends ProcessOptions {
  /** The standard input; default empty. */
  input?: string | Uint8Array;
  /** Milliseconds, default 10 minutes. Then the command is stopped. */
  timeoutMs?: number;
  /** Bytes of output, default 64 MiB. A command that prints more is stopped. */
  maxOutput?: number;
}

/** A command of Git that failed. Its text is for the log only: it may contain paths of the host. */
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

/** A command that was stopped because it printed more than its limit. */
export class TooMuchOutput extends NativeGitError {
  constructor(command: string, stderr: string) {
    super(command, null, stderr);
    this.name = 'TooMuchOutput';
  }
}

/** The `git` program of this machine. Its commands run with fixed settings and a closed environment. */
export class NativeGit {
  /** @param version for example `2.39.5` */
  constructor(readonly version: string) {}

  /** Whether it is this version or a newer one. */
  isAtLeast(major: number, minor: number): boolean {
    const [ownMajor = 0, ownMinor = 0] = this.version.split('.').map(Number);
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  }

  /**
   * Runs a command to its end and returns what it printed.
   * @throws NativeGitError when it fails or takes too long, TooMuchOutput when it prints too much; DomainError
   *   `storage_unavailable` when it cannot be started
   * @example await native.run(['cat-file', '-t', oid], { gitdir })
   */
  async run(args: readonly string[], options: NativeCommand = {}): Promise<Buffer> {
    const { input, timeoutMs = defaultTimeoutMs, maxOutput = defaultMaxOutput } = options;
    const git = this.start(args, options);
    const timer = setTimeout(() => git.stop(), timeoutMs);
    try {
      const chunks: Buffer[] = [];
      let length = 0;
      git.stdout.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxOutput) git.stop();
        else chunks.push(chunk);
      });
      git.stdin.end(input);
      const code = await git.exited;
      const [command = ''] = args;
      if (length > maxOutput) throw new TooMuchOutput(command, git.errorOutput);
      if (code !== 0) throw new NativeGitError(command, code, git.errorOutput);
      return Buffer.concat(chunks, length);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts a command whose input and output are streamed. @throws DomainError `storage_unavailable` */
  start(args: readonly string[], options?: ProcessOptions): GitProcess {
    return new GitProcess(args, options);
  }
}
