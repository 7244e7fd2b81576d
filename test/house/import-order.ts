import type { SourceFile } from './source-files.js';

/**
 * The layers of the code, from the top. A folder imports folders of lower lines only, and itself; two folders on one line
 * do not import each other. `prisma/` (generated types) may be imported by all of `src` and `schema`.
 */
const layers: string[][] = [
  ['src/main.ts'],
  ['src/app'],
  ['src/server'],
  ['rest', 'schema'],
  ['src/subscriptions', 'src/idempotency'],
  ['src/executions'],
  ['src/sessions'],
  ['src/workers'],
  ['src/git-access', 'src/remotes'],
  ['src/files'],
  ['src/notebooks'],
  ['src/repositories'],
  ['src/workspaces'],
  ['src/catalog', 'src/profiles', 'src/spaces'],
  ['src/access'],
  ['src/context.ts'],
  ['src/config.ts'],
  ['src/engines/git', 'src/engines/kernels', 'src/engines/nbformat'],
  ['src/engines/database', 'src/engines/events'],
  ['src/paging'],
  ['src/validation'],
  ['src/error-status.ts'],
  ['src/errors.ts'],
];

/** What `rest/` may import beside its own files: it reaches all else through GraphQL documents. */
const restMayImport = ['src/errors.ts', 'src/error-status.ts'];

/** Engines of many folders, of which only the files at the top level are imported from outside. */
const closedFolders = ['src/engines/git'];

/** Who alone may import a package. */
const packageOwners: Record<string, string> = {
  'isomorphic-git': 'src/engines/git',
  '@jupyterlab/services': 'src/engines/kernels',
};

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function placeOf(path: string): { layer: number; folder: string } | undefined {
  for (const [layer, folders] of layers.entries()) {
    const folder = folders.find((candidate) => isIn(path, candidate));
    if (folder) return { layer, folder };
  }
  return undefined;
}

/** One sentence for each import that goes against the order of {@link layers}. */
export function importOrderFaults(files: SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...file.imports.flatMap((imported) => faultOfImport(file.path, imported) ?? []),
    ...file.packages.flatMap((name) => {
      const owner = packageOwners[name];
      return owner && !isIn(file.path, owner) ? [`${file.path}: only ${owner} imports ${name}.`] : [];
    }),
  ]);
}

function faultOfImport(path: string, imported: string): string | undefined {
  if (isIn(imported, 'prisma')) {
    return isIn(path, 'rest') ? `${path}: rest/ does not import ${imported}.` : undefined;
  }
  const closed = closedFolders.find((folder) => isIn(imported, folder) && !isIn(path, folder));
  if (closed && imported.slice(closed.length + 1).includes('/')) {
    return `${path}: only top-level files of ${closed} are imported from outside, not ${imported}.`;
  }
  const from = placeOf(path);
  const to = placeOf(imported);
  if (!from) return `${path}: its folder is in no layer.`;
  if (!to) return `${path}: ${imported} is in no layer.`;
  if (from.folder === to.folder) return undefined;
  if (isIn(path, 'rest') && !restMayImport.includes(imported)) {
    return `${path}: rest/ does not import ${imported}.`;
  }
  return to.layer > from.layer ? undefined : `${path}: ${from.folder} does not import ${imported}.`;
}

/**
 * The import cycles between files, each as the files along it. One cycle for each group of files that import each other.
 * Depth-first search; a file that is met again while it is open closes a cycle.
 */
export function importCycles(files: SourceFile[]): string[][] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    const at = open.indexOf(path);
    if (at >= 0) {
      cycles.push(open.slice(at));
      return;
    }
    open.push(path);
    for (const imported of importsOf.get(path) ?? []) visit(imported);
    open.pop();
    done.add(path);
  };
  for (const { path } of files) visit(path);
  return cycles;
}
