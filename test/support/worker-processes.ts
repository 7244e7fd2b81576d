import { readdir, readFile } from 'node:fs/promises';

/** The ids of the workers whose servers or kernels run, and whose folders are below `workersDirectory`. */
export async function workersWithProcesses(workersDirectory: string): Promise<string[]> {
  const found = new Set<string>();
  const prefix = `JUPYTER_RUNTIME_DIR=${workersDirectory}/`;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const entry = environment.split('\0').find((one) => one.startsWith(prefix));
    if (entry) found.add(entry.slice(prefix.length).split('/')[0]!);
  }
  return [...found].sort();
}

/** The processes whose command has the path of a folder, or one below it: those that launch a server name it too. */
export async function processesNaming(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(`${folder}/`)) found.push(pid);
  }
  return found;
}
