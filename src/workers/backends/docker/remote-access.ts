import { join } from 'node:path';
import type { ServerConnection } from '../../../engines/kernels/jupyter-endpoint.js';
import { type ContainerAccess, type ContainerPaths, workFolder } from './container-access.js';
import type { DockerEngine } from './docker-engine.js';
import { ExecStream } from './exec-stream.js';
import { tarArchive } from './tar-archive.js';
import { volumeMount } from './volume-mount.js';
import { containerName } from './worker-labels.js';

const runFolder = '/run/worker';
const tokenName = 'token';
/** A folder of its own, as the one above belongs to root. */
const socketFolderName = 'socket';
const socketPath = join(runFolder, socketFolderName, 'jupyter.sock');

/**
 * The Python program that connects its input and output to the Unix socket that is its argument. It ends when the server
 * closes the connection, as it does after its client has.
 */
const relayProgram = `
import os, socket, sys, threading

server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])


def send():
    while data := os.read(0, 65536):
        server.sendall(data)
    server.shutdown(socket.SHUT_WR)


threading.Thread(target=send, daemon=True).start()
while data := server.recv(65536):
    while data:
        data = data[os.write(1, data):]
os._exit(0)
`;

/**
 * Access to containers of an engine on another machine. The files and the token are on volumes, and connections go through
 * a program in the container that the engine connects to, so no port is opened.
 */
export class RemoteAccess implements ContainerAccess {
  readonly user = { uid: 1000, gid: 1000 };
  readonly isRemote = true;
  readonly pollMs = 300;
  readonly #engine: DockerEngine;

  constructor(engine: DockerEngine) {
    this.#engine = engine;
  }

  pathsFor(): ContainerPaths {
    return {
      mounts: [volumeMount(workFolder), volumeMount(runFolder)],
      socket: socketPath,
      token: join(runFolder, tokenName),
    };
  }

  async prepare(containerId: string, token: string): Promise<void> {
    const archive = tarArchive([
      { name: `${socketFolderName}/`, mode: 0o700, ...this.user },
      { name: tokenName, text: token, mode: 0o400, ...this.user },
    ]);
    await this.#engine.unpack(containerId, runFolder, archive);
  }

  async connect(workerId: string): Promise<ServerConnection> {
    const command = ['python', '-I', '-c', relayProgram, socketPath];
    return new ExecStream(await this.#engine.exec(containerName(workerId), command));
  }
}
