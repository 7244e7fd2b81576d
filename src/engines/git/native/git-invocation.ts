/** The repository, settings and environment of one command. */
export interface GitInvocation {
  /** The bare repository; absent for a command that needs none. */
  gitdir?: string;
  /** Settings in addition to the fixed ones, for example `{ 'pack.threads': '1' }`. */
  config?: Record<string, string>;
  /** Variables in addition to the fixed ones, for example `GIT_OBJECT_DIRECTORY`. */
  env?: Record<string, string>;
}

/**
 * The settings of every command: no hooks, no automatic work in the background, every write synced, and no other
 * repository, alternate or transport than the one that the command names.
 * @see https://git-scm.com/docs/git-config
 */
const settings = {
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.fsync': 'all',
  'core.fsyncMethod': 'fsync',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'receive.autogc': 'false',
  'protocol.allow': 'never',
  'safe.directory': '*',
  'advice.detachedHead': 'false',
};

/** The arguments of `git`: settings, repository, then the command itself. No shell reads them. */
export function gitArguments(args: readonly string[], { gitdir, config }: GitInvocation): string[] {
  return [
    ...Object.entries({ ...settings, ...config }).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ...(gitdir ? ['--git-dir', gitdir] : []),
    ...args,
  ];
}

/**
 * The whole environment of a command: nothing but `PATH` is inherited, and no configuration of the host is read.
 * @see https://git-scm.com/docs/git#_environment_variables
 */
export function gitEnvironment({ env }: GitInvocation): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Git leaves out a damaged ref, and continues with the others.
    GIT_REF_PARANOIA: '0',
    ...env,
  };
}
