import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import type { CreationCheck } from '../../creation-check.js';
import { EngineError, hasStatus } from './engine-error.js';

const readTimeoutMs = 5_000;
const writeTimeoutMs = 30_000;
/** How long the processes of a container have to end by themselves. */
const stopGraceSeconds = 5;
const maxLogLines = 20;

/** How to reach an engine, for the client. */
export type EngineAddress = Docker.DockerOptions;

/** A Docker engine. Every request has a time limit; what fails is an {@link EngineError}. */
export class DockerEngine {
  readonly #reads: Docker;
  readonly #writes: Docker;
  /** Without a limit on silence, for answers that go on. */
  readonly #streams: Docker;

  readonly #mayCreate: CreationCheck | undefined;

  /** @param mayCreate called before a container is created, and before it is started; default it always may */
  constructor(address: EngineAddress, mayCreate?: CreationCheck) {
    this.#mayCreate = mayCreate;
    // The client's own limit ends the connection of a request that nobody waits for any more.
    this.#reads = new Docker({ ...address, timeout: readTimeoutMs });
    this.#writes = new Docker({ ...address, timeout: writeTimeoutMs });
    this.#streams = new Docker(address);
  }

  /** @throws EngineError when the engine does not answer within 5 s */
  async ping(): Promise<void> {
    await this.#read((docker) => docker.ping());
  }

  /** The number of the engine's CPU cores. @throws EngineError */
  async cores(): Promise<number> {
    return (await this.#read((docker) => docker.info())).NCPU;
  }

  /** Whether the engine has an image. @throws EngineError */
  async hasImage(name: string): Promise<boolean> {
    return (await this.image(name)) !== undefined;
  }

  /** An image; undefined when the engine lacks it. @throws EngineError */
  image(name: string): Promise<Docker.ImageInspectInfo | undefined> {
    return unlessMissing(this.#read((docker) => docker.getImage(name).inspect()));
  }

  /** Begins to pull an image. @returns the engine's reports, as lines of JSON @throws EngineError */
  async pull(name: string, signal: AbortSignal): Promise<Readable> {
    const begin = (limit: AbortSignal) =>
      this.#streams.pull(name, { abortSignal: AbortSignal.any([signal, limit]) });
    return (await this.#stream(begin, writeTimeoutMs)) as Readable;
  }

  /** The containers with all of these labels, also those that do not run. @throws EngineError */
  list(label: string[]): Promise<Docker.ContainerInfo[]> {
    return this.#read((docker) => docker.listContainers({ all: true, filters: { label } }));
  }

  /** @returns the container's id @throws EngineError; what the {@link CreationCheck} throws */
  async create(options: Docker.ContainerCreateOptions): Promise<string> {
    await this.#mayCreate?.();
    return (await this.#write((docker) => docker.createContainer(options))).id;
  }

  /** @throws EngineError; what the {@link CreationCheck} throws */
  async start(id: string): Promise<void> {
    await this.#mayCreate?.();
    await this.#write((docker) => docker.getContainer(id).start()).catch(unless(304));
  }

  /** A container; undefined when there is none. @throws EngineError */
  inspect(id: string): Promise<Docker.ContainerInspectInfo | undefined> {
    return unlessMissing(this.#read((docker) => docker.getContainer(id).inspect()));
  }

  /**
   * Ends the processes of a container, by force after 5 s, then removes it with its volumes. A container that is gone or
   * that another request removes is no error.
   * @throws EngineError
   */
  async remove(id: string): Promise<void> {
    const stop = { t: stopGraceSeconds };
    await this.#write((docker) => docker.getContainer(id).stop(stop)).catch(unless(304, 404, 409));
    const remove = { force: true, v: true };
    await this.#write((docker) => docker.getContainer(id).remove(remove)).catch(unless(404, 409));
  }

  /** The last lines that the processes of a container printed. @throws EngineError */
  async logTail(id: string): Promise<string> {
    const options = { stdout: true, stderr: true, tail: maxLogLines };
    return textOf(await this.#read((docker) => docker.getContainer(id).logs(options)));
  }

  /** One sample of what a container uses. @throws EngineError */
  stats(id: string): Promise<Docker.ContainerStats> {
    return this.#read((docker) => docker.getContainer(id).stats({ stream: false, 'one-shot': true }));
  }

  /** Begins to read events of containers, as lines of JSON. The caller destroys the stream. @throws EngineError */
  async events(label: string[], event: string[]): Promise<Readable> {
    const filters = { type: ['container' as const], label, event };
    const begin = (abortSignal: AbortSignal) => this.#streams.getEvents({ filters, abortSignal });
    return (await this.#stream(begin)) as Readable;
  }

  /**
   * Begins to read the events of a container between two times, in seconds by the clock of the engine, as lines of JSON. The
   * engine remembers its last 256 events, until it is restarted. The caller destroys the stream. @throws EngineError
   */
  async pastEvents(id: string, event: string, since: number, until: number): Promise<Readable> {
    const filters = { type: ['container' as const], container: [id], event: [event] };
    const begin = (abortSignal: AbortSignal) =>
      this.#streams.getEvents({ since, until, filters, abortSignal });
    return (await this.#stream(begin)) as Readable;
  }

  /** @throws EngineError, also when there is a network of that name */
  async createNetwork(options: Docker.NetworkCreateOptions): Promise<void> {
    await this.#write((docker) => docker.createNetwork({ ...options, CheckDuplicate: true }));
  }

  /** A network; undefined when there is none. @throws EngineError */
  network(name: string): Promise<Docker.NetworkInspectInfo | undefined> {
    return unlessMissing(this.#read((docker) => docker.getNetwork(name).inspect()));
  }

  /** Unpacks a tar archive into a folder of a container. @throws EngineError */
  async unpack(id: string, folder: string, archive: Buffer): Promise<void> {
    await this.#write((docker) => docker.getContainer(id).putArchive(archive, { path: folder }));
  }

  /** As {@link unpack}, for an archive of any size. @throws EngineError; what `signal` was aborted with */
  async unpackStream(id: string, folder: string, archive: Readable, signal: AbortSignal): Promise<void> {
    try {
      const options = { path: folder, abortSignal: signal };
      await this.#streams.getContainer(id).putArchive(archive, options);
    } catch (cause) {
      signal.throwIfAborted();
      throw new EngineError(cause);
    } finally {
      archive.destroy();
    }
  }

  /** Begins to read a folder of a container as a tar archive. @throws EngineError */
  async pack(id: string, folder: string, signal: AbortSignal): Promise<Readable> {
    const begin = (limit: AbortSignal) =>
      this.#streams
        .getContainer(id)
        .getArchive({ path: folder, abortSignal: AbortSignal.any([signal, limit]) });
    return (await this.#stream(begin, writeTimeoutMs)) as Readable;
  }

  /**
   * Runs a program in a container.
   * @returns its input, and its outputs in the engine's frames
   * @throws EngineError
   */
  async exec(id: string, command: string[]): Promise<Socket> {
    const how = { Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: false, Tty: false };
    const exec = await this.#read((docker) => docker.getContainer(id).exec(how));
    const begin = (abortSignal: AbortSignal) =>
      this.#streams.getExec(exec.id).start({ hijack: true, stdin: true, abortSignal });
    return (await this.#stream(begin)) as Socket;
  }

  #read<T>(request: (docker: Docker) => Promise<T>): Promise<T> {
    return within(readTimeoutMs, request(this.#reads));
  }

  #write<T>(request: (docker: Docker) => Promise<T>): Promise<T> {
    return within(writeTimeoutMs, request(this.#writes));
  }

  /** Waits until an answer begins; its end is not bounded. */
  async #stream<T>(begin: (limit: AbortSignal) => Promise<T>, timeoutMs = readTimeoutMs): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    try {
      return await begin(limit.signal);
    } catch (cause) {
      throw new EngineError(cause);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  try {
    return await rejectOnAbort(answer, AbortSignal.timeout(timeoutMs));
  } catch (cause) {
    throw new EngineError(cause);
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error) => {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  });
}

/** Lets refusals with these HTTP statuses pass: what was requested holds already. */
function unless(...statuses: number[]): (error: unknown) => void {
  return (error) => {
    if (!hasStatus(error, ...statuses)) throw error;
  };
}

/**
 * The text of a log. The engine frames each piece: 4 bytes with the kind of output, 4 bytes with the length.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
function textOf(frames: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4);
    text += frames.toString('utf8', at + 8, end);
    at = end;
  }
  return text;
}
