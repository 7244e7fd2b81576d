import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the gateway wrote last into a worker's folder, by path: blob oids. */
export type Manifest = Map<string, string>;

/** What it is about to write, by path: blob oids, or null for what it removes. */
export type Intents = Map<string, string | null>;

/** Reads the manifest of a worker's state folder. @throws Error when it was never written */
export async function readManifest(state: string): Promise<Manifest> {
  return new Map(Object.entries(JSON.parse(await readFile(manifestPath(state), 'utf8'))));
}

/** Replaces the manifest, all or nothing. */
export async function writeManifest(state: string, manifest: Manifest): Promise<void> {
  await writeMap(manifestPath(state), manifest);
}

/** What a process that ended midway was about to write; empty when there was none. */
export async function readIntents(state: string): Promise<Intents> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(intentsPath(state), 'utf8'))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/** Notes what will be written next: after a kill, what stands in the folder already is known as the gateway's own. */
export async function writeIntents(state: string, intents: Intents): Promise<void> {
  await writeMap(intentsPath(state), intents);
}

/** Forgets the intents; the manifest has what became of them. */
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
