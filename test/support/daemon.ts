import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { infrastructureFolder } from './infrastructure.js';

const endTimeoutMs = 10_000;

/** A daemon that `npm run infrastructure -- up` has started, to test what happens when it is gone. */
export class Daemon {
  readonly #folder: string;
  /** Only the daemon and its children have this variable; another process may have got its id. */
  readonly #mark: string;

  /** @param part `docker` or `cluster` */
  constructor(part: string, name: string) {
    const services = join(infrastructureFolder, 'services', part);
    this.#folder = join(services, name);
    this.#mark = `NOTEBOOK_GATEWAY_INFRASTRUCTURE=${services}`;
  }

  /** Sends a signal, such as `SIGSTOP`. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.#pid();
    if (pid === undefined) throw new Error(`No process of ${this.#folder} runs.`);
    process.kill(pid, signal);
  }

  /** Kills it without a warning, and waits until it has ended. */
  async kill(): Promise<void> {
    const pid = await this.#pid();
    await this.signal('SIGKILL');
    const end = Date.now() + endTimeoutMs;
    while (await isAlive(pid)) {
      if (Date.now() > end) throw new Error(`${this.#folder} did not end.`);
      await sleep(20);
    }
  }

  /** Starts it again, if it does not run; it may not be ready yet. */
  async start(): Promise<void> {
    if ((await this.#pid()) !== undefined) return;
    spawn(join(this.#folder, 'start'), { detached: true, stdio: 'ignore' }).unref();
  }

  async #pid(): Promise<number | undefined> {
    const pid = Number(await readFile(join(this.#folder, 'pid'), 'utf8'));
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return environment.split('\0').includes(this.#mark) ? pid : undefined;
  }
}

/** Whether a process exists and is no zombie. While it ends, it loses its memory first, then its files and sockets. */
async function isAlive(pid: number | undefined): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return false;
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state !== 'Z' && state !== 'X';
}
