import packageJson from '../../package.json' with { type: 'json' };
import { isIn } from './is-in.js';
import { literalText, type SourceFile } from './source-files.js';
import { walk } from './walk.js';

/** Who may use `createRequire`: each finds a file of a package that it cannot import. */
const requireUsers = [
  // A script for browsers in the folder of a package.
  'src/server/graphql/explorer/build-explorer-page.ts',
  // The WebAssembly of a package, which Node 20 cannot import.
  'prisma/engine/load-engine.mjs',
];

/** One sentence for each way to import another file that the rules of the imports do not see. */
export function uncheckedImports(file: SourceFile): string[] {
  const found = new Set<string>();
  for (const specifier of file.packages)
    if (isFile(specifier)) found.add(`the import of ${specifier}; import files by a relative path`);
  for (const { value } of file.comments) if (/^\/\s*<reference\s/.test(value)) found.add('`/// <reference>`');
  walk(file.program, (node) => {
    if (node.type === 'ImportExpression' && literalText(node.source) === undefined)
      found.add('an import whose path is not a literal');
    if (node.type === 'Identifier' && node.name === 'createRequire' && !requireUsers.includes(file.path))
      found.add('`createRequire`');
    if (node.type === 'TSModuleDeclaration' && node.id.type === 'Literal' && isFile(node.id.value))
      found.add(`\`declare module\` of ${node.id.value}`);
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const { object, property } = node.callee;
    if (object.type !== 'MetaProperty' || property.type !== 'Identifier' || property.name !== 'resolve')
      return;
    const specifier = literalText(node.arguments[0]);
    if (specifier === undefined || isFile(specifier)) found.add('`import.meta.resolve` of a file');
  });
  return [...found].map((what) => `${file.path}: the rules cannot check ${what}.`);
}

/** Whether an import of it gives a file of this repository: a path, an address, or the name of the package itself. */
function isFile(specifier: string): boolean {
  return /^(?:\.|\/|file:)/.test(specifier) || isIn(specifier, packageJson.name);
}
