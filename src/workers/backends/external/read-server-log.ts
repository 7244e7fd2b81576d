import { type FileHandle, open } from 'node:fs/promises';

const maxBytes = 64 * 1024;

/**
 * The end of what a server printed, at most 64 KiB, without its token; empty where that cannot be read. Never throws.
 * @param file the absolute path of its log
 */
export async function readServerLog(file: string, token: string): Promise<string> {
  const log = await open(file).catch(() => undefined);
  const text = await (log &&
    readEnd(log)
      .catch(() => '')
      .finally(() => log.close().catch(() => {})));
  return text?.replaceAll(token, '[token]') ?? '';
}

async function readEnd(log: FileHandle): Promise<string> {
  const { size } = await log.stat();
  const start = Math.max(0, size - maxBytes);
  const { bytesRead, buffer } = await log.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.toString('utf8', 0, bytesRead);
  // The first line may be cut in the middle of a secret.
  return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
}
