import { open, readFile } from 'node:fs/promises';

/** The variables that contain secrets. Each of them was read into the configuration, and nothing reads it again. */
export const secretVariables = [
  'ADMIN_TOKEN',
  'SECRETS_KEY',
  'DATABASE_URL',
  'PGPASSWORD',
  'JUPYTER_TOKEN',
  'METRICS_TOKEN',
] as const;

/**
 * Removes variables from the environment of this process: from `process.env`, so that child processes do not inherit
 * them, and on Linux from the memory that other processes of the same user read as `/proc/<pid>/environ`. Where the
 * system refuses that, e.g. because it does not allow writes to `/proc/self/mem`, the second part is left out.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html `env_start` and `env_end`
 */
export async function forgetSecrets(names: readonly string[]): Promise<void> {
  for (const name of names) delete process.env[name];
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => null);
  if (stat === null) return;
  // The second field is the program's name in parentheses, and may contain spaces. `env_start` is field 50.
  const [start = 0, end = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(47, 49)
    .map(Number);
  const environment = await readFile('/proc/self/environ');
  if (start === 0 || environment.length !== end - start) return;
  const memory = await open('/proc/self/mem', 'r+').catch(() => null);
  try {
    for (const { offset, length } of entriesOf(environment, names))
      await memory?.write(Buffer.alloc(length), 0, length, start + offset);
  } catch (error) {
    if (!['EIO', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await memory?.close();
  }
}

/** Where the values of variables are in an environment, in bytes. */
function entriesOf(environment: Buffer, names: readonly string[]): { offset: number; length: number }[] {
  const found: { offset: number; length: number }[] = [];
  for (let offset = 0; offset < environment.length; ) {
    const zero = environment.indexOf(0, offset);
    const end = zero < 0 ? environment.length : zero;
    const equals = environment.indexOf('=', offset);
    if (equals < end && names.includes(environment.toString('utf8', offset, equals)))
      found.push({ offset: equals + 1, length: end - equals - 1 });
    offset = end + 1;
  }
  return found;
}
