import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkWorkerId } from './check-worker-id.js';
import { isolations } from './isolation.js';

const recordSchema = z.object({
  /** `null` while the process is being started. */
  pid: z.int().min(2).nullable(),
  startTicks: z.number().nullable(),
  runtimeDirectory: z.string(),
  token: z.string(),
  /** `null` until the server answers. */
  port: z.int().min(1).max(65_535).nullable(),
  isolation: z.enum(isolations).default('none'),
  /** The user that it runs as; `null` for the one of the gateway. */
  uid: z.int().nullable().default(null),
});

/** What is needed to find, and to end, the server of one worker after a restart of the gateway. */
export type ServerRecord = z.infer<typeof recordSchema>;

/** What a record says before its server runs. */
export const notRunning = { pid: null, startTicks: null, port: null } satisfies Partial<ServerRecord>;

const suffix = '.server.json';

/** The records of one backend: one file for each worker, readable for the owner only, as it contains a token. */
export class ServerRecords {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The record of a worker; undefined when there is none, or it is damaged. */
  async read(workerId: string): Promise<ServerRecord | undefined> {
    try {
      return recordSchema.parse(JSON.parse(await readFile(this.#file(workerId), 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** Replaces the record of a worker, all or nothing. */
  async write(workerId: string, record: ServerRecord): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const target = this.#file(workerId);
    await writeFile(`${target}.new`, JSON.stringify(record), { mode: 0o600 });
    await rename(`${target}.new`, target);
  }

  /** Idempotent. */
  async remove(workerId: string): Promise<void> {
    await rm(this.#file(workerId), { force: true });
  }

  /** The workers that have a record. */
  async workerIds(): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
  }

  #file(workerId: string): string {
    return join(this.#directory, `${checkWorkerId(workerId)}${suffix}`);
  }
}
