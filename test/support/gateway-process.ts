import { type ChildProcess, spawn } from 'node:child_process';
import { testJupyterHome } from './jupyter.js';
import { noRateLimits } from './no-rate-limits.js';

/** A gateway as `npm start` runs it, in a process of its own. */
export interface GatewayProcess {
  url: string;
  /** Its output until now. */
  output(): string;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A {@link GatewayProcess} that may not listen yet. */
export interface SpawnedGateway extends Omit<GatewayProcess, 'url'> {
  /** Its URL, once it listens. Rejects when it ends before that, or takes too long. */
  listening: Promise<string>;
  pid: number | undefined;
  /** Resolves when its process has ended. */
  ended: Promise<void>;
}

/** Starts the built gateway on a data folder. @param startTimeoutMs how long it may take until it listens; default 90 s */
export function spawnGatewayProcess(
  dataDir: string,
  env: Record<string, string> = {},
  startTimeoutMs = 90_000,
): SpawnedGateway {
  const child: ChildProcess = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: '0',
      JUPYTER_HOME: testJupyterHome,
      LOG_LEVEL: 'warn',
      ...noRateLimits,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const listening = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The gateway did not start:\n${printed}`)),
      startTimeoutMs,
    );
    const onData = (chunk: Buffer) => {
      printed += chunk;
      const found = /Listening on (\S+)/.exec(printed);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]!);
    };
    child.stdout!.on('data', onData);
    child.stderr!.on('data', onData);
    ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`The gateway ended:\n${printed}`));
    });
  });
  // A caller that kills it before it listens does not await this promise.
  listening.catch(() => undefined);
  return {
    listening,
    pid: child.pid,
    ended,
    output: () => printed,
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Starts the built gateway on a data folder and waits until it listens. */
export async function startGatewayProcess(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<GatewayProcess> {
  const { listening, output, kill } = spawnGatewayProcess(dataDir, env);
  return { url: await listening, output, kill };
}
