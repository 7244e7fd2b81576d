import { once } from 'node:events';
import { constants, open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

/** Opens the path itself, not what it leads to, and nothing can be read or written through it; of Linux only. */
const openPathOnly = 0o10000000;
const connectTimeoutMs = 5_000;

/**
 * Connects to a Unix socket in a folder that hostile processes may write to, without following a symbolic link there: such
 * a link could lead to any socket of this machine, e.g. the engine's. The file is opened and checked first, and the
 * connection is made to what was opened, so it cannot be exchanged in between. The path may be longer than the 107 bytes
 * that an address can have.
 * @param uid the user that must own the socket
 * @throws Error when there is no such socket, or nothing listens
 * @see https://man7.org/linux/man-pages/man2/open.2.html on O_PATH
 */
export async function connectWorkerSocket(path: string, uid: number): Promise<Socket> {
  const file = await open(path, openPathOnly | constants.O_NOFOLLOW);
  let socket: Socket;
  try {
    const found = await file.stat();
    if (!found.isSocket() || found.uid !== uid) throw new Error('The socket of the worker was replaced.');
    socket = await connectTo(`/proc/self/fd/${file.fd}`);
  } finally {
    await file.close();
  }
  // It may have been closed meanwhile, and would not say so again.
  if (socket.destroyed) throw new Error('The worker closed the connection immediately.');
  return socket;
}

async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path);
  // Without a listener an error before the socket is used would end this process.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
