import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { environmentFailed } from './environment-failed.js';
import { folderBytes } from './folder-bytes.js';
import { giveFolder } from './give-folder.js';
import { type LaunchPlan, launcherProgram, type Sandbox } from './launcher-program.js';
import { runInstaller } from './run-installer.js';

const timeoutMs = 10 * 60_000;
const maxBytes = 4 * 1024 ** 3;
const sizeCheckMs = 2_000;

/** What to install, with what, and where. */
export interface Installation {
  /** Absolute path of the interpreter. */
  python: string;
  /** The checked text of a `requirements.txt`. */
  requirements: string;
  /** Absolute path of a new folder. Afterwards `site` in it has the packages, and `site/bin` their programs. */
  directory: string;
  /** The environment variables of the worker: none of the gateway's own. */
  environment: Record<string, string>;
  /** How pip is isolated: it may run code of anybody. It sees no folder of the gateway but `directory`. */
  sandbox: Sandbox;
}

/**
 * Installs packages with pip into a folder of their own. The time (10 minutes) and the size (4 GiB) are bounded.
 * @returns the bytes of the folder
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
 */
export async function installRequirements(
  { python, requirements, directory, environment, sandbox }: Installation,
  signal: AbortSignal,
): Promise<number> {
  const build = join(directory, 'build');
  const site = join(directory, 'site');
  await mkdir(build, { recursive: true });
  await writeFile(join(build, 'requirements.txt'), requirements);
  if (sandbox.uid !== null) await giveFolder(directory, sandbox.uid);
  const size = watchSize(directory);
  const limit = AbortSignal.timeout(timeoutMs);
  const options = ['--no-input', '--disable-pip-version-check', '--no-cache-dir', '--progress-bar', 'off'];
  try {
    const plan: LaunchPlan = {
      ...sandbox,
      command: [python, '-I', '-m', 'pip', 'install', ...options, '--target', site, '-r', 'requirements.txt'],
      directory: build,
      own: [directory],
      readable: [],
    };
    const { succeeded, output } = await runInstaller(
      python,
      ['-I', '-c', launcherProgram, JSON.stringify(plan)],
      {
        env: {
          LANG: 'C.UTF-8',
          ...environment,
          PATH: [dirname(python), process.env.PATH].filter(Boolean).join(delimiter),
          HOME: build,
          TMPDIR: build,
        },
        signal: AbortSignal.any([signal, limit, size.exceeded]),
      },
    );
    if (!succeeded) throw environmentFailed(lastError(output), new Error(output));
    // Nothing of the build runs any more. From now on only the gateway may change the packages.
    if (sandbox.uid !== null) await giveFolder(directory, process.getuid!());
    await chmod(directory, 0o755);
    await mkdir(site, { recursive: true });
    await rm(build, { recursive: true, force: true });
    const bytes = await folderBytes(directory);
    if (bytes > maxBytes) throw tooLarge();
    return bytes;
  } catch (error) {
    if (error === limit.reason) throw environmentFailed('it took longer than 10 minutes', error);
    if (size.exceeded.aborted && error === size.exceeded.reason) throw tooLarge();
    throw error;
  } finally {
    size.stop();
  }
}

function tooLarge(): Error {
  return environmentFailed('its packages are larger than 4 GiB');
}

/** Looks at the size while packages are installed: an archive may be far smaller than what it contains. */
function watchSize(directory: string): { exceeded: AbortSignal; stop(): void } {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const check = async () => {
    const bytes = await folderBytes(directory).catch(() => 0);
    if (bytes > maxBytes) aborter.abort();
    else if (!isStopped) timer = setTimeout(check, sizeCheckMs);
  };
  timer = setTimeout(check, sizeCheckMs);
  return {
    exceeded: aborter.signal,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

const maxReason = 300;

/** The last error of pip as the rest of a sentence, without paths of this machine, addresses and control characters. */
function lastError(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const line = lines.findLast((one) => /^error: /i.test(one)) ?? lines.findLast((one) => one !== '') ?? '';
  const safe = line
    .replace(/^error: /i, '')
    .replace(/\b[a-z+]+:\/\/\S+/gi, '…')
    .replace(/(^|[\s'"(=[])(?:~|\.{0,2})\/\S*/g, '$1…')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\.$/, '')
    .slice(0, maxReason);
  return safe || 'pip failed';
}
