import { maxBuildMs, maxEnvironmentBytes } from './build-limits.js';
import { pipArguments } from './pip-arguments.js';

/** Where a container has the folder in which packages are installed. */
export const environmentFolder = '/environment';
/** Where the packages are, while they are installed and in the worker: scripts name their folder. */
export const packagesFolder = `${environmentFolder}/site`;
/** The status of {@link pipCommand} when the packages are too large: ENOSPC. */
export const tooLargeStatus = 28;

const buildFolder = `${environmentFolder}/build`;
/** The caller's own limit comes first; this one is for when it has ended. */
const maxSeconds = maxBuildMs / 1_000 + 60;

/** Ends pip, and with it the container, when it takes too long or fills the disk. */
const program = `
import os, subprocess, sys, time


def used(folder):
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(at, name)).st_size
            except OSError:
                pass
    return total


os.makedirs('${buildFolder}', exist_ok=True)
until = time.monotonic() + ${maxSeconds}
pip = subprocess.Popen([sys.executable, '-I', '-m', 'pip', *sys.argv[1:]], cwd='${buildFolder}')
while time.monotonic() < until:
    try:
        sys.exit(1 if pip.wait(2) else 0)
    except subprocess.TimeoutExpired:
        if used('${environmentFolder}') > ${maxEnvironmentBytes}:
            sys.exit(${tooLargeStatus})
sys.exit(1)
`;

/**
 * The command of a container that installs packages into {@link packagesFolder}, and its environment variables.
 * @param build.requirements the path of the `requirements.txt` in the container
 * @param build.environment the environment variables of the worker
 * @param build.wheelsOnly whether pip may not run code of packages
 */
export function pipCommand(build: {
  requirements: string;
  environment: Record<string, string>;
  wheelsOnly: boolean;
}): { command: string[]; variables: Record<string, string> } {
  const { requirements, environment, wheelsOnly } = build;
  const wheels = wheelsOnly ? ['--only-binary', ':all:'] : [];
  const target = ['--target', packagesFolder, '-r', requirements];
  return {
    command: ['python', '-I', '-c', program, ...pipArguments, ...wheels, ...target],
    variables: { ...environment, HOME: buildFolder, TMPDIR: buildFolder },
  };
}

/** Where a gateway that writes into the folder puts the `requirements.txt`. */
export const requirementsFile = `${buildFolder}/requirements.txt`;
