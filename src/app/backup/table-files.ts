import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Lines are read together until they have so many characters. */
const batchLength = 4 * 1024 * 1024;

/** Writes the rows of tables, each table to one compressed file with a line for each row. */
export class TableWriter {
  readonly #folder: string;
  #open: { table: string; gzip: ReturnType<typeof createGzip>; written: Promise<void> } | undefined;

  /** @param folder exists */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds rows. The rows of a table must follow each other. */
  async write(table: string, lines: string[]): Promise<void> {
    if (this.#open?.table !== table) await this.begin(table);
    const { gzip, written } = this.#open!;
    if (!gzip.write(`${lines.join('\n')}\n`)) await Promise.race([once(gzip, 'drain'), written]);
  }

  /** Begins a file, also of a table without rows. */
  async begin(table: string): Promise<void> {
    await this.end();
    const gzip = createGzip({ level: 4 });
    const written = pipeline(
      gzip,
      createWriteStream(pathOf(this.#folder, table), { mode: 0o600, flags: 'wx' }),
    );
    // It may fail before anybody waits for it.
    written.catch(() => {});
    this.#open = { table, gzip, written };
  }

  /** Completes the last file. */
  async end(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    open?.gzip.end();
    await open?.written;
  }
}

/** The rows of a table in batches. */
export async function* readTable(folder: string, table: string): AsyncGenerator<string[], void, undefined> {
  const gunzip = createGunzip();
  const read = pipeline(createReadStream(pathOf(folder, table)), gunzip);
  read.catch(() => {});
  let lines: string[] = [];
  let length = 0;
  let begun = '';
  // Only here: a row may contain other characters that end a line elsewhere, such as U+2028.
  for await (const text of gunzip.setEncoding('utf8') as AsyncIterable<string>) {
    const parts = text.split('\n');
    parts[0] = begun + parts[0];
    begun = parts.pop()!;
    for (const line of parts) length += line.length;
    lines.push(...parts);
    if (length < batchLength) continue;
    yield lines;
    [lines, length] = [[], 0];
  }
  await read;
  if (begun !== '') lines.push(begun);
  if (lines.length > 0) yield lines;
}

/** The SHA-256 of the file of a table, in hex. */
export async function digestOf(folder: string, table: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(pathOf(folder, table)), hash);
  return hash.digest('hex');
}

function pathOf(folder: string, table: string): string {
  return join(folder, `${table}.ndjson.gz`);
}
