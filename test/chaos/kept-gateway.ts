import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SpawnedGateway, spawnGatewayProcess } from '../support/gateway-process.js';

const restartMs = 100;
/** On a busy machine a start takes minutes, and a gateway that nobody knows to listen ends no run. */
const startTimeoutMs = 600_000;
const maxLines = 2_000;

/** A gateway that is started again whenever it ends, as a service manager does. */
export class KeptGateway {
  /** How often its process ended. */
  ends = 0;
  /** What it logged at level warn and above, the newest lines. */
  readonly logged: string[] = [];
  #process: SpawnedGateway | undefined;
  #url: string | undefined;
  #isClosed = false;
  readonly #kept: Promise<void>;

  readonly #start: () => SpawnedGateway;
  readonly #logFile: string;

  /**
   * @param env the variables of the gateway
   * @param logFile gets all that its processes print, once they have ended
   */
  constructor(dataDir: string, env: Record<string, string>, logFile: string) {
    this.#logFile = logFile;
    this.#start = () => spawnGatewayProcess(dataDir, env, startTimeoutMs);
    this.#kept = this.#keep();
  }

  /** Where it listens; undefined while it does not. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Its process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Sends a signal, and does not wait. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has ended just now.
    }
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), 20_000);
    await this.#kept;
    clearTimeout(late);
  }

  async #keep(): Promise<void> {
    while (!this.#isClosed) {
      const started = this.#start();
      this.#process = started;
      started.listening.then(
        (url) => {
          if (this.#process === started) this.#url = url;
        },
        () => {},
      );
      await started.ended;
      this.#url = this.#process = undefined;
      this.ends += 1;
      await appendFile(this.#logFile, started.output());
      this.logged.push(...started.output().split('\n').filter(isLogged).slice(-maxLines));
      await sleep(restartMs);
    }
  }
}

function isLogged(line: string): boolean {
  return /^\{"level":[456]0/.test(line);
}
