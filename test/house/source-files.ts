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
    .filter((path) => name.test(path) && !path.includes('/generated/') && existsSync(join(root, path)));
}

function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, comments, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      isType: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [{ specifier: moduleRequest.value, isType }] : [],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      specifier: text.slice(start + 1, end - 1),
      isType: false,
    })),
    ...specifiersInBody(program),
  ];
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

/**
 * What a file imports without an import statement: the program of a thread, `new URL('./x.js', import.meta.url)`, and
 * `import x = require('./x.js')`.
 */
function specifiersInBody(body: ParseResult['program']): { specifier: string; isType: boolean }[] {
  const found: string[] = [];
  walk(body, (node) => {
    if (node.type === 'TSExternalModuleReference') found.push(node.expression.value);
    if (node.type !== 'NewExpression') return;
    const [address, base] = node.arguments;
    if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL' || base?.type !== 'MemberExpression')
      return;
    const name = textOf(address);
    if (name && programName.test(name)) found.push(name.startsWith('.') ? name : `./${name}`);
  });
  return found.map((specifier) => ({ specifier, isType: false }));
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
