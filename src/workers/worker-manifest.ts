import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The blob oids of the files that the gateway wrote last into a worker's folder, by path. */
export type Manifest = Map<string, string>;

/** The blob oids of the files that the gateway is about to write, by path; null for a file that it removes. */
export type Intents = Map<string, string | null>;

/** Reads the manifest of a worker's state folder. @throws Error when it was never written */
export async function readManifest(state: string): Promise<Manifest> {
  return new Map(Object.entries(JSON.parse(await readFile(manifestPath(state), 'utf8'))));
}

/** Replaces the manifest, all or nothing. */
export async function writeManifest(state: string, manifest: Manifest): Promise<void> {
  await writeMap(manifestPath(state), manifest);
}

/** What a process that was killed during its writes had begun; empty when there was none. @throws Error */
export async function readIntents(state: string): Promise<Intents> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(intentsPath(state), 'utf8'))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/** Notes what will be written next, so that after a kill the gateway recognizes its own files in the folder. */
export async function writeIntents(state: string, intents: Intents): Promise<void> {
  await writeMap(intentsPath(state), intents);
}

/** Removes the intents once the manifest contains their outcome; idempotent. */
export async function clearIntents(state: string): Promise<void> {
  await rm(intentsPath(state), { force: true });
}

const manifestPath = (state: string) => join(state, 'files.json');
const intentsPath = (state: string) => join(state, 'files-intended.json');

async function writeMap(file: string, map: Map<string, string | null>): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, JSON.stringify(Object.fromEntries(map)));
  await rename(temporary, file);
}
