// Prepares a fresh clone: installs dependencies, generates code, builds. Skips steps whose result is up to date. This is
// plain JavaScript and imports only modules of Node, because it runs before the dependencies are installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const stamps = join(root, 'node_modules/.cache/notebook-gateway');
const minNode = [20, 19];

/**
 * Installs dependencies, generates code and builds, where the result is out of date.
 * @param {{ build: boolean }} options whether `dist/` is needed
 */
export function prepare({ build }) {
  checkNode();
  const lock = hashOf([join(root, 'package-lock.json')]);
  runIfStale('install', lock, existsSync(join(root, 'node_modules/.bin')), 'Installing dependencies', () => {
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });
  const schema = hashOf(filesBelow(join(root, 'prisma'), /\.(prisma|mjs)$/), lock);
  const isGenerated = existsSync(join(root, 'prisma/generated/client'));
  runIfStale('generate', schema, isGenerated, 'Generating the database client', () => {
    run(join(root, 'node_modules/.bin/prisma'), ['generate']);
  });
  if (!build) return;
  const sources = ['src', 'schema', 'rest', 'prisma'].flatMap((dir) =>
    filesBelow(join(root, dir), /\.(ts|json)$/),
  );
  const code = hashOf(
    [
      ...sources,
      join(root, 'tsconfig.json'),
      join(root, 'tsconfig.build.json'),
      join(root, 'tsconfig.client.json'),
    ],
    schema,
  );
  runIfStale('build', code, existsSync(join(root, 'dist/src/main.js')), 'Building', () => {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    for (const config of ['tsconfig.build.json', 'tsconfig.client.json'])
      run(join(root, 'node_modules/.bin/tsc'), ['-p', config]);
  });
  const pages = hashOf(filesBelow(join(root, 'web'), /./), lock);
  runIfStale(
    'build-pages',
    pages,
    existsSync(join(root, 'dist/web/index.html')),
    'Building the pages',
    () => {
      run(join(root, 'node_modules/.bin/vite'), [
        'build',
        '--config',
        'web/vite.config.ts',
        '--logLevel',
        'warn',
      ]);
    },
  );
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > minNode[0] || (major === minNode[0] && minor >= minNode[1])) return;
  console.error(
    `The gateway needs Node ${minNode.join('.')} or newer, but this is Node ${process.versions.node}. Install it and try again.`,
  );
  process.exit(1);
}

/** Runs a step, unless its result exists and its stamp file contains the same hash of the input. */
function runIfStale(name, input, exists, what, step) {
  const stamp = join(stamps, name);
  if (exists && existsSync(stamp) && readFileSync(stamp, 'utf8') === input) return;
  const from = performance.now();
  process.stdout.write(`${what} … `);
  step();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, input);
  process.stdout.write(`${((performance.now() - from) / 1000).toFixed(1)} s\n`);
}

function run(command, args) {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  if (result.status === 0) return;
  process.stdout.write('failed\n');
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  process.exit(1);
}

function filesBelow(directory, wanted) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/prisma/generated/'))
    .sort();
}

function hashOf(files, seed = '') {
  const hash = createHash('sha256').update(seed);
  for (const file of files) hash.update(`${file}:${statSync(file).size}\n`).update(readFileSync(file));
  return hash.digest('hex');
}
