import { folderBytes } from './folder-bytes.js';

const checkPeriodMs = 2_000;

/**
 * Looks at the size of a folder while programs write into it: an archive may be far smaller than what it contains.
 * @returns a signal that aborts when the folder is larger than `maxBytes`, and the function that ends the watch
 */
export function watchFolderSize(
  directory: string,
  maxBytes: number,
): { exceeded: AbortSignal; stop(): void } {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const check = async () => {
    const bytes = await folderBytes(directory).catch(() => 0);
    if (bytes > maxBytes) aborter.abort();
    else if (!isStopped) timer = setTimeout(check, checkPeriodMs);
  };
  timer = setTimeout(check, checkPeriodMs);
  return {
    exceeded: aborter.signal,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
