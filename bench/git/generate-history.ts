import { fastImport, textOf } from './generate.js';

const notebooks = 200;
const scripts = 50;
const fileBytes = 300;
const commitsPerRename = 47;
const commitsPerMerge = 500;

/**
 * Creates a bare repository whose history is like that of a team: commits that change one notebook or script each, one in
 * 47 that renames a notebook, and one in 500 that merges a branch. Its content is the same in every run.
 * @param commits how many, merges included
 */
export function generateHistory(gitdir: string, commits: number): Promise<void> {
  return fastImport(gitdir, commandsOf(commits));
}

function* commandsOf(commits: number): Generator<string> {
  const paths = Array.from({ length: notebooks + scripts }, (_, file) => pathOf(file, 0));
  yield header(0);
  for (const [file, path] of paths.entries()) yield write(path, `0-${file}`);
  for (let n = 1; n < commits; n++) {
    const file = fileOf(n);
    if (n % commitsPerMerge === commitsPerMerge - 3 && n + 2 < commits) {
      const aside = write(paths[file]!, `${n}`);
      yield header(n, { branch: 'side', parents: 'from refs/heads/main\n' }) + aside;
      n += 1;
      yield header(n) + write(paths[fileOf(n)]!, `${n}`);
      n += 1;
      yield header(n, { parents: `merge refs/heads/side\n` }) + aside;
    } else if (n % commitsPerRename === 0 && file < notebooks) {
      const from = paths[file]!;
      paths[file] = pathOf(file, n);
      yield `${header(n)}R ${from} ${paths[file]}\n`;
    } else {
      yield header(n) + write(paths[file]!, `${n}`);
    }
  }
}

function fileOf(n: number): number {
  return (n * 7) % (notebooks + scripts);
}

function pathOf(file: number, renamedBy: number): string {
  const name = renamedBy === 0 ? `${file}` : `${file}-${renamedBy}`;
  return file < notebooks ? `area-${file % 10}/notebook-${name}.ipynb` : `lib/module-${name}.py`;
}

function header(n: number, { branch = 'main', parents = '' } = {}): string {
  const message = `Save ${n}`;
  const committer = `Author ${n % 8} <author-${n % 8}@example.com> ${1_600_000_000 + n * 60} +0000`;
  return `commit refs/heads/${branch}\ncommitter ${committer}\ndata ${message.length}\n${message}\n${parents}`;
}

function write(path: string, seed: string): string {
  const text = textOf(seed, fileBytes);
  return `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
}
