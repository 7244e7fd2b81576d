import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const recordSchema = z.object({
  pid: z.int().min(2),
  startTicks: z.number().nullable(),
  runtimeDirectory: z.string(),
  token: z.string(),
  /** `null` until the server answers. */
  port: z.int().min(1).max(65_535).nullable(),
});

/** What is known of one worker's server; enough to find and to end it after a restart of the gateway. */
export type ServerRecord = z.infer<typeof recordSchema>;

/** The records of one backend, a file a worker. */
export interface ServerRecords {
  read(workerId: string): Promise<ServerRecord | undefined>;
  write(workerId: string, record: ServerRecord): Promise<void>;
  remove(workerId: string): Promise<void>;
  workerIds(): Promise<string[]>;
}

/** Makes {@link ServerRecords} in a folder; the files are for the owner only, as they hold tokens. */
export function openServerRecords(directory: string): ServerRecords {
  const suffix = '.server.json';
  const file = (workerId: string) => {
    if (!/^[\w-]{1,64}$/.test(workerId)) throw new Error('That is no worker id.');
    return join(directory, `${workerId}${suffix}`);
  };
  return {
    async read(workerId) {
      try {
        return recordSchema.parse(JSON.parse(await readFile(file(workerId), 'utf8')));
      } catch {
        return undefined;
      }
    },
    async write(workerId, record) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const target = file(workerId);
      await writeFile(`${target}.new`, JSON.stringify(record), { mode: 0o600 });
      await rename(`${target}.new`, target);
    },
    async remove(workerId) {
      await rm(file(workerId), { force: true });
    },
    async workerIds() {
      const names = await readdir(directory).catch(() => []);
      return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
    },
  };
}
