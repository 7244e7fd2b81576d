import { delimiter, dirname, join } from 'node:path';
import { installWithinLimits } from '../environments/install-within-limits.js';
import { pipArguments } from '../environments/pip-arguments.js';
import { launcherCall } from './launcher-call.js';
import type { LaunchPlan, Sandbox } from './launcher-program.js';
import { runInstaller } from './run-installer.js';

/** What to install, with what, and where. */
export interface LocalInstallation {
  /** Absolute path of the interpreter. */
  python: string;
  /** The checked text of a `requirements.txt`. */
  requirements: string;
  /** Absolute path of a new folder, see `Installation`. */
  directory: string;
  /** The environment variables of the worker: none of the gateway's own. */
  environment: Record<string, string>;
  /** How pip is isolated: it may run code of anybody. It sees no folder of the gateway but `directory`. */
  sandbox: Sandbox;
  /** How long it may take, in ms; default 10 minutes. */
  maxMs?: number;
}

/**
 * Installs packages with a Python of this machine.
 * @returns the bytes of the folder
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
 */
export function installRequirements(installation: LocalInstallation, signal: AbortSignal): Promise<number> {
  const { python, requirements, directory, environment, sandbox, maxMs } = installation;
  const build = join(directory, 'build');
  const target = ['--target', join(directory, 'site'), '-r', 'requirements.txt'];
  const plan: LaunchPlan = {
    ...sandbox,
    command: [python, '-I', '-m', 'pip', ...pipArguments, ...target],
    environment: {
      LANG: 'C.UTF-8',
      ...environment,
      PATH: [dirname(python), process.env.PATH].filter(Boolean).join(delimiter),
      HOME: build,
      TMPDIR: build,
    },
    directory: build,
    own: [directory],
    readable: [],
    // Unlike a server, it is of no use to the next gateway.
    endsWithInput: true,
  };
  const { args, ...call } = launcherCall(plan);
  const run = (signal: AbortSignal) => runInstaller(python, args, { ...call, signal });
  return installWithinLimits({ directory, requirements, uid: sandbox.uid, environment, maxMs, run }, signal);
}
