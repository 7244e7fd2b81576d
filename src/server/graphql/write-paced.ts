import type { ServerResponse } from 'node:http';

/** Longer texts are written in pieces of this size: a client that reads slowly takes one of them now and then. */
const pieceBytes = 64 * 1024;
const maxStalledMs = 30_000;

/**
 * Writes a part of a response. Resolves when the connection has taken it, or is closed. A client that takes nothing of what
 * waits for it is cut.
 * @param stalledMs after so many milliseconds; default 30,000
 */
export async function writePaced(
  res: ServerResponse,
  bytes: Uint8Array,
  stalledMs = maxStalledMs,
): Promise<void> {
  for (let at = 0; at < bytes.length && !res.destroyed; at += pieceBytes)
    if (!res.write(bytes.subarray(at, at + pieceBytes))) await drained(res, stalledMs);
}

function drained(res: ServerResponse, stalledMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => res.destroy(), stalledMs);
    const done = () => {
      clearTimeout(cut);
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
  });
}
