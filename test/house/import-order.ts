import { entranceFault } from './entrances.js';
import { isIn } from './is-in.js';
import type { SourceFile } from './source-files.js';
import { walk } from './walk.js';

/**
 * The layers of the code, from the top. A folder imports folders of lower lines only, and itself; two folders on one line
 * do not import each other. All but {@link withoutDatabase} may import `prisma/generated`.
 */
export const layers: string[][] = [
  ['src/setup'],
  ['src/main.ts'],
  ['src/app'],
  ['prisma/seed.ts'],
  ['src/server'],
  ['rest', 'schema'],
  ['src/subscriptions', 'src/idempotency', 'src/runtime'],
  ['src/schedules'],
  ['src/notebook-runs'],
  ['src/executions'],
  ['src/sessions'],
  ['src/workers'],
  ['src/git-access', 'src/remotes'],
  ['src/files'],
  ['src/notebooks'],
  ['src/repositories'],
  ['src/workspaces'],
  ['src/catalog', 'src/profiles', 'src/spaces', 'src/space-events'],
  ['src/access'],
  ['src/context.ts'],
  ['src/config.ts'],
  ['src/engines/git', 'src/engines/kernels', 'src/engines/nbformat'],
  ['src/engines/database', 'src/engines/events'],
  ['src/paging', 'src/metrics'],
  ['src/validation'],
  ['src/refusal.ts'],
  ['src/error-status.ts'],
  ['src/errors.ts'],
  // A client of the API like any other, so it imports nothing of the server.
  ['src/client'],
];

/** What `rest/` may import beside its own files: it reaches all else through GraphQL documents. */
const restMayImport: Record<string, 'values' | 'types'> = {
  'src/errors.ts': 'values',
  'src/error-status.ts': 'values',
  'src/refusal.ts': 'values',
  'src/server/graphql/graphql-executor.ts': 'types',
};

/** What imports nothing of other engines, not even of the lower ones. */
const standsAlone = 'src/engines/git';

/** What does not know the database. */
const withoutDatabase = [
  'src/client',
  'src/engines/git',
  'src/engines/kernels',
  'src/engines/nbformat',
  'src/engines/events',
];

/** Who alone may import a package. */
const packageOwners: Record<string, string> = {
  'isomorphic-git': 'src/engines/git',
  '@jupyterlab/services': 'src/engines/kernels',
  'prom-client': 'src/metrics',
  croner: 'src/schedules',
  '@electric-sql/pglite': 'src/engines/database',
  jose: 'src/access',
  piscina: 'src/engines/nbformat/threads',
  ajv: 'src/engines/nbformat',
  'markdown-it': 'src/engines/nbformat/export',
  'sanitize-html': 'src/engines/nbformat/export',
  'tar-stream': 'src/files/archives',
  yazl: 'src/files/archives',
  dockerode: 'src/workers/backends/docker',
  '@kubernetes/client-node': 'src/workers/backends/kubernetes',
};

/** The owner of a package, also of a path in it, e.g. `isomorphic-git/http/node`. */
function ownerOf(specifier: string): string | undefined {
  return Object.entries(packageOwners).find(([name]) => isIn(specifier, name))?.[1];
}

function layerOf(path: string): { layer: number; folder: string } | undefined {
  for (const [layer, folders] of layers.entries()) {
    const folder = folders.find((candidate) => isIn(path, candidate));
    if (folder) return { layer, folder };
  }
  return undefined;
}

/**
 * One sentence for each type that is imported in place, as `import('./x.js').X`: neither the order of the layers nor
 * Biome's rule of cycles sees those.
 */
export function inlineImportFaults({ path, program }: SourceFile): string[] {
  let hasOne = false;
  walk(program, (node) => {
    hasOne ||= node.type === 'TSImportType';
  });
  return hasOne ? [`${path}: import types by an import statement.`] : [];
}

/** One sentence for each import that goes against the order of {@link layers}, and for each file that imports itself. */
export function importOrderFaults(files: SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...file.imports.flatMap((imported) => faultOfImport(file, imported) ?? []),
    ...file.packages.flatMap((name) => {
      const owner = ownerOf(name);
      return owner && !isIn(file.path, owner) ? [`${file.path}: only ${owner} imports ${name}.`] : [];
    }),
  ]);
}

function faultOfImport({ path, typeImports }: SourceFile, imported: string): string | undefined {
  if (withoutEnding(imported) === withoutEnding(path)) return `${path}: it imports itself.`;
  if (isIn(path, 'web') || isIn(imported, 'web')) {
    // A file of a package that a page loads by its address is imported by its path.
    const isAllowed = isIn(path, 'web') && (isIn(imported, 'web') || isIn(imported, 'node_modules'));
    return isAllowed ? undefined : `${path}: nothing crosses the border of web/.`;
  }
  if (isIn(path, 'rest') && !isIn(imported, 'rest')) {
    const allowed = restMayImport[imported];
    if (allowed === 'values' || (allowed === 'types' && typeImports.includes(imported))) return undefined;
    return allowed
      ? `${path}: rest/ imports nothing but types of ${imported}.`
      : `${path}: rest/ does not import ${imported}.`;
  }
  if (isIn(path, 'prisma') && isIn(imported, 'prisma')) return undefined;
  if (isIn(imported, 'prisma/generated')) {
    const folder = withoutDatabase.find((candidate) => isIn(path, candidate));
    return folder ? `${path}: ${folder} does not import ${imported}.` : undefined;
  }
  const inside = entranceFault(path, imported);
  if (inside) return inside;
  const from = layerOf(path);
  const to = layerOf(imported);
  if (!from) return `${path}: its folder is in no layer.`;
  if (!to) return `${path}: ${imported} is in no layer.`;
  if (from.folder === to.folder) return undefined;
  const isFree = from.folder !== standsAlone || !isIn(imported, 'src/engines');
  if (to.layer > from.layer && isFree) return undefined;
  return `${path}: ${from.folder} does not import ${imported}.`;
}

/** Imports name `x.tsx` and `x.mts` by other endings. */
function withoutEnding(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}
