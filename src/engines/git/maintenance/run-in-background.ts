import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { storageUnavailable } from '../durability/storage-error.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';

/** One command of maintenance. */
export interface BackgroundCommand {
  gitdir: string;
  signal: AbortSignal;
  config?: Record<string, string>;
  env?: Record<string, string>;
  input?: string;
  /** Told the percentage that git prints on its progress, as often as git prints it. */
  onPercent?(percent: number): void;
}

const longestMs = 2 * 60 * 60_000;
const graceMs = 5_000;
const mostOutput = 64 * 1024 * 1024;
const keptErrorBytes = 8 * 1024;

/**
 * Runs git at the lowest priority and answers what it printed. It is told to end with SIGTERM, at which git removes its
 * temporary files and locks; only what does not obey is killed. When this process dies, the next line of progress finds
 * nobody who reads it, and ends git in the same clean way.
 * @throws NativeGitError when it fails, is ended by the signal, takes over two hours or prints over 64 MiB; DomainError
 *   `storage_unavailable` when it cannot be started
 */
export function runInBackground(
  native: NativeGit,
  args: readonly string[],
  command: BackgroundCommand,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { gitdir, config, env } = command;
    const child = native.start(args, { gitdir, config, env });
    let kill: NodeJS.Timeout | undefined;
    const end = () => {
      signalGroup(child, 'SIGTERM');
      kill ??= setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    };
    const timer = setTimeout(end, longestMs);
    command.signal.addEventListener('abort', end, { once: true });
    const settled = () => {
      clearTimeout(timer);
      clearTimeout(kill);
      command.signal.removeEventListener('abort', end);
    };
    const output: Buffer[] = [];
    let length = 0;
    let errors = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostOutput) end();
      else output.push(chunk);
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-keptErrorBytes);
      const percent = lastPercent(errors);
      if (percent !== null) command.onPercent?.(percent);
    });
    // A command may end before it has read its input; its exit code tells.
    child.stdin!.on('error', () => {});
    child.stdin!.end(command.input);
    child.once('spawn', () => lowerPriority(child));
    child.once('error', (error) => {
      settled();
      reject(storageUnavailable(error));
    });
    child.once('close', (code) => {
      settled();
      if (code === 0 && length <= mostOutput) resolve(Buffer.concat(output).toString());
      else reject(new NativeGitError(args[0] ?? '', code, errors));
    });
    if (command.signal.aborted) end();
  });
}

/** Git rewrites one line: `Compressing objects:  42% (21/50)`. */
function lastPercent(text: string): number | null {
  const found = [...text.matchAll(/ (\d{1,3})% \(\d+\/\d+\)/g)].at(-1);
  return found ? Math.min(Number(found[1]), 100) : null;
}

function lowerPriority(child: ChildProcess): void {
  try {
    setPriority(child.pid!, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}
