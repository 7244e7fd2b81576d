import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { CleanUp } from './clean-up.js';
import { docker, workerImage } from './docker.js';

const startTimeoutMs = 30_000;

/**
 * A Docker engine that one test file has to itself, so that it may kill it. It has the image of the workers, and no network:
 * it leaves the firewall of the machine alone. It needs root.
 */
export class OwnDockerEngine {
  readonly #folder: string;
  readonly #more: string[];
  readonly docker: Docker;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, more: string[]) {
    this.#folder = folder;
    this.#more = more;
    this.docker = new Docker({ socketPath: this.socket, host: undefined });
  }

  /**
   * Starts an engine.
   * @param more arguments, e.g. another address to listen at
   * @param options.diskMb keeps its data on a file system of this size, in memory; default on the disk of the machine
   */
  static async open(more: string[] = [], { diskMb }: { diskMb?: number } = {}): Promise<OwnDockerEngine> {
    const folder = await mkdtemp(join(tmpdir(), 'docker-'));
    const engine = new OwnDockerEngine(folder, more);
    const cleanUp = new CleanUp();
    cleanUp.add(() => engine.close());
    return cleanUp.unlessDone(() => engine.#open(diskMb));
  }

  async #open(diskMb: number | undefined): Promise<this> {
    if (diskMb !== undefined) {
      await mkdir(this.dataFolder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m`, 'tmpfs', this.dataFolder]);
    }
    // A configuration of its own: the default is the machine's.
    await writeFile(join(this.#folder, 'daemon.json'), '{}');
    await this.start();
    const image = await docker.getImage(workerImage).get();
    const loading = await this.docker.loadImage(image);
    for await (const _ of loading as AsyncIterable<unknown>);
    return this;
  }

  /** The folder of its images and containers. */
  get dataFolder(): string {
    return join(this.#folder, 'data');
  }

  get socket(): string {
    return join(this.#folder, 'docker.sock');
  }

  get host(): string {
    return `unix://${this.socket}`;
  }

  /** Starts the engine (again), and waits until it answers. */
  async start(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    // An engine that was killed leaves them, and the next one would wait for processes that have ended.
    for (const name of ['pid', 'exec/containerd/containerd.pid']) await rm(at(name), { force: true });
    const log = await open(at('log'), 'w');
    this.#daemon = spawn(
      'dockerd',
      [
        ...[
          '--config-file',
          at('daemon.json'),
          '--live-restore',
          '--data-root',
          at('data'),
          '--exec-root',
          at('exec'),
        ],
        ...['--pidfile', at('pid'), '--bridge', 'none', '--iptables=false', '--ip6tables=false'],
        ...['--host', this.host, ...this.#more],
      ],
      { stdio: ['ignore', log.fd, log.fd] },
    );
    await log.close();
    const endsAt = Date.now() + startTimeoutMs;
    while (!(await this.#answers())) {
      if (Date.now() > endsAt || this.#daemon.exitCode !== null) {
        throw new Error(`The engine did not start:\n${await readFile(at('log'), 'utf8')}`);
      }
      await sleep(50);
    }
  }

  /** Ends the engine without a warning; its containers run on. */
  async kill(): Promise<void> {
    const ended = once(this.#daemon!, 'exit');
    this.#daemon!.kill('SIGKILL');
    await ended;
  }

  /** Makes the engine hang until {@link resume}. */
  suspend(): void {
    this.#daemon!.kill('SIGSTOP');
  }

  resume(): void {
    this.#daemon!.kill('SIGCONT');
  }

  /** Removes the engine with all that it has, also one that does not start any more. */
  async close(): Promise<void> {
    const cleanUp = new CleanUp();
    cleanUp.add(() => rm(this.#folder, { recursive: true, force: true }));
    // An engine that was killed leaves this mounted.
    cleanUp.add(() => spawnSync('umount', ['--lazy', this.dataFolder]));
    cleanUp.add(() => this.#end());
    cleanUp.add(() => this.#removeContainers());
    await cleanUp.run();
  }

  async #removeContainers(): Promise<void> {
    this.#daemon?.kill('SIGCONT');
    if (!(await this.#answers())) await this.start();
    for (const { Id } of await this.docker.listContainers({ all: true })) {
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    }
  }

  async #end(): Promise<void> {
    if (!this.#daemon || this.#daemon.exitCode !== null || this.#daemon.signalCode !== null) return;
    const ended = once(this.#daemon, 'exit');
    this.#daemon.kill('SIGTERM');
    await ended;
  }

  async #answers(): Promise<boolean> {
    return this.docker.ping().then(
      () => true,
      () => false,
    );
  }
}
