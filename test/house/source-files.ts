import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Comment, type Node, type ParseResult, parseSync } from 'oxc-parser';
import { walk } from './walk.js';

/** A parsed source file of the repository. */
export interface SourceFile {
  /** From the root of the repository, `/`-separated. */
  path: string;
  text: string;
  program: ParseResult['program'];
  comments: Comment[];
  /** The files of this repository that it imports, types counted. */
  imports: string[];
  /** Those of `imports` from which it imports nothing but types. */
  typeImports: string[];
  /** The packages that it imports. */
  packages: string[];
}

/** The names of programs in TypeScript and JavaScript. */
const programName = /\.[cm]?[jt]sx?$/;

/** The folders of generated code. */
const generatedFolders = ['prisma/generated/', 'rest/generated/', 'src/client/generated/', 'web/generated/'];

/**
 * Parses the sources below some folders, without generated code.
 * @param root the folder of the repository
 * @param folders from the root, e.g. `src`
 * @throws Error when a file does not parse
 */
export function readSourceFiles(root: string, folders: string[]): SourceFile[] {
  return listFiles(root, folders, programName).map((path) => readSourceFile(root, path));
}

/** The paths of the files below some folders that have such a name, from the root, without generated code. */
export function listFiles(root: string, folders: string[], name: RegExp): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders],
    { cwd: root, encoding: 'utf8' },
  );
  return listed
    .split('\n')
    .filter((path) => name.test(path) && !generatedFolders.some((folder) => path.startsWith(folder)))
    .filter((path) => existsSync(join(root, path)));
}

function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const specifiers = specifiersOf(program);
  const isRelative = ({ specifier }: { specifier: string }) => specifier.startsWith('.');
  const imports = specifiers
    .filter(isRelative)
    .map(({ specifier, isType }) => ({ file: fileOf(path, specifier), isType }));
  const used = new Set(imports.filter(({ isType }) => !isType).map(({ file }) => file));
  const files = [...new Set(imports.map(({ file }) => file))];
  return {
    path,
    text,
    program,
    comments,
    imports: files,
    typeImports: files.filter((file) => !used.has(file)),
    packages: [...new Set(specifiers.filter((one) => !isRelative(one)).map(({ specifier }) => specifier))],
  };
}

interface Specifier {
  specifier: string;
  isType: boolean;
}

/**
 * What a file imports: with the statements `import` and `export … from`, also without names; with `import('./x.js')` and
 * `import x = require('./x.js')`; and as the program of a thread, `new URL('./x.js', import.meta.url)`.
 */
function specifiersOf(program: ParseResult['program']): Specifier[] {
  const found: Specifier[] = [];
  walk(program, (node) => {
    const specifier = specifierOf(node);
    if (specifier) found.push({ specifier, isType: importsTypesOnly(node) });
  });
  return found;
}

function specifierOf(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source?.value;
    case 'ImportExpression':
      return literalText(node.source);
    case 'TSExternalModuleReference':
      return node.expression.value;
    case 'NewExpression': {
      const [address, base] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return undefined;
      const name = base?.type === 'MemberExpression' && textOf(address);
      if (!name || !programName.test(name)) return undefined;
      return name.startsWith('.') ? name : `./${name}`;
    }
  }
  return undefined;
}

function importsTypesOnly(node: Node): boolean {
  if (node.type === 'ImportDeclaration') {
    const isType = (one: (typeof node.specifiers)[number]) =>
      one.type === 'ImportSpecifier' && one.importKind === 'type';
    return node.importKind === 'type' || (node.specifiers.length > 0 && node.specifiers.every(isType));
  }
  if (node.type === 'ExportAllDeclaration') return node.exportKind === 'type';
  if (node.type !== 'ExportNamedDeclaration') return false;
  const { exportKind, specifiers } = node;
  return (
    exportKind === 'type' || (specifiers.length > 0 && specifiers.every((one) => one.exportKind === 'type'))
  );
}

/** The value of a text in quotes, or of a template without values; undefined for all else. */
export function literalText(node: Node | undefined): string | undefined {
  return node?.type === 'TemplateLiteral' && node.expressions.length > 0 ? undefined : textOf(node);
}

/** A text as it stands in a program. In a template, what ends a name is read as `js`, e.g. `x.${isSource ? 'ts' : 'js'}`. */
function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node?.type === 'TemplateLiteral'
    ? node.quasis.map(({ value }) => value.cooked ?? '').join('js')
    : undefined;
}

/** The path of an imported file: TypeScript imports `x.ts` as `x.js`, and a script imports what was built in `dist`. */
function fileOf(importer: string, specifier: string): string {
  return normalize(join(dirname(importer), specifier))
    .replace(/^dist\//, '')
    .replace(/\.js$/, '.ts');
}
