import type { NativeCommand, NativeGit } from '../native/native-git.js';

/** One command of maintenance. */
export interface BackgroundCommand extends Pick<NativeCommand, 'config' | 'env'> {
  gitdir: string;
  signal: AbortSignal;
  /** Receives the percentage in the progress that Git prints, as often as Git prints it. */
  onPercent?(percent: number): void;
}

const timeoutMs = 2 * 60 * 60_000;
const graceMs = 5_000;

/**
 * Runs Git at the lowest priority and returns what it printed. Git is stopped with `SIGTERM`, so that it removes its
 * temporary files and locks, and killed only when it does not obey. When this process dies, Git fails to write its next
 * line of progress, and ends in the same clean way.
 * @throws NativeGitError when it fails, is stopped, takes over two hours or prints over 64 MiB; DomainError
 *   `storage_unavailable` when it cannot be started
 */
export async function runInBackground(
  native: NativeGit,
  args: readonly string[],
  { onPercent, ...command }: BackgroundCommand,
): Promise<string> {
  const printed = await native.run(args, {
    ...command,
    timeoutMs,
    graceMs,
    isBackground: true,
    onErrorOutput(text) {
      const percent = lastPercent(text);
      if (percent !== null) onPercent?.(percent);
    },
  });
  return printed.toString();
}

/** Git rewrites one line: `Compressing objects:  42% (21/50)`. */
function lastPercent(text: string): number | null {
  const found = [...text.matchAll(/ (\d{1,3})% \(\d+\/\d+\)/g)].at(-1);
  return found ? Math.min(Number(found[1]), 100) : null;
}
