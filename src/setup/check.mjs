// `npm run check`: all checks that do not run the program. Stops at the first failure.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const bin = join(root, 'node_modules/.bin');

function run(what, command, args) {
  const from = performance.now();
  process.stdout.write(`${what} … `);
  const path = `${bin}:${process.env.PATH}`;
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  if (result.status === 0) {
    process.stdout.write(`${((performance.now() - from) / 1000).toFixed(1)} s\n`);
    return result.stdout;
  }
  process.stdout.write(`failed\n${result.stdout}${result.stderr}\n`);
  process.exit(1);
}

function same(what, file, fresh) {
  if (readFileSync(join(root, file), 'utf8') === fresh) return;
  process.stdout.write(`${what}: ${file} is stale; run "npm run generate" and commit it\n`);
  process.exit(1);
}

prepare({ build: false });
run('Types', join(bin, 'tsc'), ['--noEmit']);
run('Types of the pages', join(bin, 'tsc'), ['--noEmit', '-p', 'web']);
run('Lint, format and import cycles', join(bin, 'biome'), ['ci', '--error-on-warnings', '--colors=off']);
run('Order of layers, sizes, JSDoc and words', join(bin, 'tsx'), ['test/house/lint.ts']);
same('SDL', 'schema/schema.graphql', run('Printing the SDL', join(bin, 'tsx'), ['schema/print.ts']));
const generated = [
  'rest/generated/operations.ts',
  'src/client/generated/operations.ts',
  'web/generated/shell.ts',
  'web/generated/notebook.ts',
];
const before = generated.map((file) => readFileSync(join(root, file), 'utf8'));
run('Generating the typed documents', join(bin, 'graphql-codegen'), ['--config', 'codegen.ts']);
for (const [index, file] of generated.entries()) same('Typed documents', file, before[index]);
same(
  'OpenAPI',
  'docs/openapi.json',
  run('Printing the OpenAPI description', join(bin, 'tsx'), ['rest/openapi/print.ts']),
);
run('Migrations against the schema', 'npm', ['run', '--silent', 'check:migrations']);
run('Unused code and dependencies', join(bin, 'knip'), []);
