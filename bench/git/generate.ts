import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The size and shape of a repository to generate. Its content is the same in every run. */
export interface GeneratedRepository {
  files: number;
  commits: number;
  /** All files in one folder, or 100 in each. */
  shape: 'nested' | 'flat';
  storage: 'packed' | 'loose';
  /** Bytes of each file. */
  fileBytes: number;
}

/** The path of the nth file. */
export function pathOf(n: number, shape: GeneratedRepository['shape']): string {
  if (shape === 'flat') return `notebook-${n}.ipynb`;
  return `area-${Math.floor(n / 2_000)}/folder-${Math.floor(n / 100) % 20}/notebook-${n % 100}.ipynb`;
}

/**
 * Creates a bare repository with `git fast-import`: all files in the first commit, then commits that change one file each.
 * Every hundredth commit changes the first file; the others change the remaining files in rotation.
 */
export async function generateRepository(gitdir: string, wanted: GeneratedRepository): Promise<void> {
  await fastImport(gitdir, commitsOf(wanted));
  if (wanted.storage === 'loose') await unpack(gitdir);
  else await run('git', ['-C', gitdir, 'pack-refs', '--all']);
}

/**
 * Creates a bare repository with one pack from commands.
 * @see https://git-scm.com/docs/git-fast-import
 */
export async function fastImport(gitdir: string, commands: Iterable<string>): Promise<void> {
  await run('git', ['init', '-q', '--bare', '-b', 'main', gitdir]);
  const child = spawn('git', ['-C', gitdir, '-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  for (const text of commands) if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}

function* commitsOf(wanted: GeneratedRepository): Generator<string> {
  for (let n = 0; n < wanted.commits; n++) {
    const files = n === 0 ? Array.from({ length: wanted.files }, (_, i) => i) : [changedBy(n, wanted.files)];
    yield commitHeader(n);
    for (const file of files) {
      const text = textOf(`${n}-${file}`, wanted.fileBytes);
      yield `M 100644 inline ${pathOf(file, wanted.shape)}\ndata ${text.length}\n${text}\n`;
    }
  }
}

function changedBy(commit: number, files: number): number {
  return commit % 100 === 0 ? 0 : 1 + (commit % (files - 1));
}

function commitHeader(n: number): string {
  const message = `Save ${n}`;
  const when = 1_700_000_000 + n * 60;
  return `commit refs/heads/main\ncommitter Bench <bench@example.com> ${when} +0000\ndata ${message.length}\n${message}\n`;
}

/** Text that compresses about as well as the code of a notebook; each seed gives another text. */
export function textOf(seed: string, bytes: number): string {
  const words = 'import numpy as np plot model train loss fit groupby merge index label mean'.split(' ');
  let state = [...seed].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, 7);
  let text = `${seed}\n`;
  while (text.length < bytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    text += `${words[(state >>> 16) % words.length]}${(state >>> 8) & 1023} `;
  }
  return text.slice(0, bytes);
}

async function unpack(gitdir: string): Promise<void> {
  const aside = join(gitdir, 'aside');
  const packs = join(gitdir, 'objects/pack');
  await rename(packs, aside);
  await mkdir(packs);
  for (const name of await readdir(aside)) {
    if (!name.endsWith('.pack')) continue;
    await run('sh', ['-c', 'git -C "$0" unpack-objects -q < "$1"', gitdir, join(aside, name)]);
  }
  await rm(aside, { recursive: true });
}
