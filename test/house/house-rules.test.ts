import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { houseFaults } from './house-faults.js';
import { medianLineCount } from './shape.js';
import { readSourceFiles, type SourceFile } from './source-files.js';
import { readGraphqlFiles } from './worded-files.js';

/** A copy of the sources, in which violations are planted: the live tree stays as it is. */
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'house-'));
  const folders = ['src', 'schema', 'rest', 'prisma', 'web', 'test/house'];
  for (const name of [...folders, 'biome.json', '.gitignore', 'package.json', 'tsconfig.json'])
    cpSync(name, join(root, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  execFileSync('git', ['init', '--quiet'], { cwd: root });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes files into the copy for as long as `check` runs. */
function planted<T>(files: Record<string, string>, check: () => T): T {
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return check();
  } finally {
    for (const path of Object.keys(files)) rmSync(join(root, path), { force: true });
  }
}

/** The faults of the planted files. */
function newFaults(files: Record<string, string>): string[] {
  const paths = Object.keys(files);
  return planted(files, () => houseFaults(readSourceFiles(root, paths), readGraphqlFiles(root, paths)));
}

describe('the order of the layers', () => {
  it.each([
    [
      'a domain',
      'src/files/planted.ts',
      '../../schema/index.js',
      'src/files does not import schema/index.ts.',
    ],
    [
      'a domain',
      'src/files/planted.ts',
      '../server/git/x.js',
      'src/files does not import src/server/git/x.ts.',
    ],
    [
      'an engine',
      'src/engines/git/planted.ts',
      '../../files/x.js',
      'src/engines/git does not import src/files/x.ts.',
    ],
    [
      'the engine of Git, not even another engine,',
      'src/engines/git/planted.ts',
      '../events/x.js',
      'src/engines/git does not import src/engines/events/x.ts.',
    ],
    ['the schema', 'schema/planted.ts', '../rest/table.js', 'schema does not import rest/table.ts.'],
    ['REST', 'rest/planted.ts', '../src/files/x.js', 'rest/ does not import src/files/x.ts.'],
    ['REST', 'rest/planted.ts', '../schema/x.js', 'rest/ does not import schema/x.ts.'],
    [
      'REST',
      'rest/planted.ts',
      '../prisma/generated/client/client.js',
      'rest/ does not import prisma/generated/client/client.ts.',
    ],
  ])('%s imports no higher layer: %s, %s', (_what, file, specifier, fault) => {
    for (const statement of [`import '${specifier}';`, `import type { X } from '${specifier}';`])
      expect(newFaults({ [file]: `${statement}\n` })).toEqual([`${file}: ${fault}`]);
  });

  it('pages import nothing of the gateway, and nothing of it imports them', () => {
    const crossing = { 'web/src/planted.tsx': "import '../../src/errors.js';\n" };
    expect(newFaults(crossing)).toEqual(['web/src/planted.tsx: nothing crosses the border of web/.']);
    expect(newFaults({ 'src/files/planted.ts': "import '../../web/src/app.js';\n" })).toEqual([
      'src/files/planted.ts: nothing crosses the border of web/.',
    ]);
    expect(newFaults({ 'web/src/planted.tsx': "import './app.js';\n" })).toEqual([]);
  });

  it('holds for what is exported on and for what is imported later, too', () => {
    const fault = 'src/files/planted.ts: src/files does not import src/server/x.ts.';
    for (const statement of [
      "export * from '../server/x.js';",
      "export {} from '../server/x.js';",
      "import {} from '../server/x.js';",
      "import '../server/x.js';",
      "declare module 'some-package' {\nexport * from '../server/x.js';\n}",
      "void import('../server/x.js');",
      'void import(`../server/x.js`);',
      "void import('\\x2e./server/x.js');",
      "import x = require('../server/x.js');",
      "new Worker(new URL('../server/x.js', import.meta.url));",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a program in a text
      "new Worker(new URL(`../server/x.${isSource ? 'ts' : 'js'}`, import.meta.url));",
    ])
      expect(newFaults({ 'src/files/planted.ts': `${statement}\n` })).toEqual([fault]);
  });

  it('types are imported by statements, which the rules see', () => {
    const text = "type X = import('../errors.js').ErrorCode;\n";
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual([
      'src/files/planted.ts: import types by an import statement.',
    ]);
  });

  it.each([
    ['void import(name);', 'an import whose path is not a literal'],
    ["void import('../server/' + 'x.js');", 'an import whose path is not a literal'],
    ["import { createRequire as load } from 'node:module';", '`createRequire`'],
    ["import * as node from 'node:module';\nnode.createRequire('/');", '`createRequire`'],
    ["import.meta.resolve('../server/x.js');", '`import.meta.resolve` of a file'],
    ['import.meta.resolve(name);', '`import.meta.resolve` of a file'],
    ["declare module '../server/x.js' {}", '`declare module` of ../server/x.js'],
    ['/// <reference path="../server/x.ts" />', '`/// <reference>`'],
    ["import '/src/server/x.js';", 'the import of /src/server/x.js; import files by a relative path'],
    ["export * from 'file:///x.js';", 'the import of file:///x.js; import files by a relative path'],
    [
      "import 'notebook-gateway/client';",
      'the import of notebook-gateway/client; import files by a relative path',
    ],
  ])('what cannot be checked is a fault: %s', (statement, what) => {
    expect(newFaults({ 'src/files/planted.ts': `${statement}\n` })).toEqual([
      `src/files/planted.ts: the rules cannot check ${what}.`,
    ]);
  });

  it('a package may be declared, and a file of it resolved', () => {
    const text = "declare module 'notebook-gateway-kit' {}\nimport.meta.resolve('tsx');\n";
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual([]);
  });

  it('two folders of one layer do not import each other', () => {
    expect(newFaults({ 'src/git-access/planted.ts': "import '../remotes/x.js';\n" })).toEqual([
      'src/git-access/planted.ts: src/git-access does not import src/remotes/x.ts.',
    ]);
  });

  it('the folders inside src/engines/git are its own', () => {
    const planted = (name: string) => ({ 'src/files/planted.ts': `import '../engines/git/${name}';\n` });
    expect(newFaults(planted('git-store.js'))).toEqual([]);
    expect(newFaults(planted('trees/x.js'))).toEqual([
      'src/files/planted.ts: only top-level files of src/engines/git are imported from outside, not src/engines/git/trees/x.ts.',
    ]);
  });

  it('what scripts import of the built code counts as its source', () => {
    expect(newFaults({ 'prisma/seed.ts': "import '../src/app/x.js';\n" })).toEqual([
      'prisma/seed.ts: prisma/seed.ts does not import src/app/x.ts.',
    ]);
    expect(newFaults({ 'src/setup/planted.mjs': "await import('../../dist/src/main.js');\n" })).toEqual([]);
  });

  it.each(['client', 'engines/git', 'engines/kernels', 'engines/nbformat', 'engines/events'])(
    'src/%s does not import the generated client of the database',
    (folder) => {
      const path = `src/${folder}/planted.ts`;
      const from = `${'../'.repeat(path.split('/').length - 1)}prisma/generated/client/client.js`;
      expect(newFaults({ [path]: `import type { Space } from '${from}';\n` })).toEqual([
        `${path}: src/${folder} does not import prisma/generated/client/client.ts.`,
      ]);
    },
  );

  it('the demo data is imported by the layers above it only', () => {
    const statement = "import { demo } from '../../prisma/seed.js';\n";
    expect(newFaults({ 'src/app/planted.ts': statement })).toEqual([]);
    expect(newFaults({ 'src/files/planted.ts': statement })).toEqual([
      'src/files/planted.ts: src/files does not import prisma/seed.ts.',
    ]);
  });

  it('every folder has a layer', () => {
    expect(newFaults({ 'src/planted.ts': "import './errors.js';\n" })).toEqual([
      'src/planted.ts: its folder is in no layer.',
    ]);
  });

  it('REST imports the type of the executor, and nothing else of it', () => {
    const from = "from '../src/server/graphql/graphql-executor.js';\n";
    expect(newFaults({ 'rest/planted.ts': `import type { GraphQLExecutor } ${from}` })).toEqual([]);
    expect(newFaults({ 'rest/planted.ts': `import { createGraphQLExecutor } ${from}` })).toEqual([
      'rest/planted.ts: rest/ imports nothing but types of src/server/graphql/graphql-executor.ts.',
    ]);
  });
});

it.each([
  ['isomorphic-git', 'src/engines/git'],
  ['@jupyterlab/services', 'src/engines/kernels'],
  ['@electric-sql/pglite', 'src/engines/database'],
  ['jose', 'src/access'],
  ['piscina', 'src/engines/nbformat/threads'],
])('the package %s is imported in %s only', (name, owner) => {
  expect(newFaults({ [`${owner}/planted.ts`]: `import '${name}';\n` })).toEqual([]);
  expect(newFaults({ 'src/files/planted.ts': `import '${name}/part.js';\n` })).toEqual([
    `src/files/planted.ts: only ${owner} imports ${name}/part.js.`,
  ]);
  for (const folder of ['src/files', 'src/server', 'schema', 'rest'])
    expect(newFaults({ [`${folder}/planted.ts`]: `import '${name}';\n` })).toEqual([
      `${folder}/planted.ts: only ${owner} imports ${name}.`,
    ]);
});

describe('import cycles', () => {
  /** The planted files in which Biome finds an import cycle. */
  function inCycles(files: Record<string, string>): string[] {
    return planted(files, () => {
      const biome = resolve('node_modules/.bin/biome');
      const options = ['--only=noImportCycles', '--colors=off', '--max-diagnostics=none'];
      const { stdout, stderr } = spawnSync(biome, ['lint', ...options, 'src/files'], {
        cwd: root,
        encoding: 'utf8',
      });
      const found = [...(stdout + stderr).matchAll(/^(\S+?):\d+:\d+ lint\/suspicious\/noImportCycles/gm)];
      return [...new Set(found.map(([, path]) => path!))].filter((path) => path in files).sort();
    });
  }
  const [one, two] = ['src/files/planted-one.ts', 'src/files/planted-two.ts'];

  it('are found between values', () => {
    const files = {
      [one]: "import { two } from './planted-two.js';\nexport const one = () => two;\n",
      [two]: "import { one } from './planted-one.js';\nexport const two = () => one;\n",
    };
    expect(inCycles(files)).toEqual([one, two]);
  });

  it('are found between types', () => {
    const files = {
      [one]: "import type { Two } from './planted-two.js';\nexport interface One { two: Two }\n",
      [two]: "import type { One } from './planted-one.js';\nexport interface Two { one: One | null }\n",
    };
    expect(inCycles(files)).toEqual([one, two]);
  });

  it.each([
    ['src/files/planted.ts', "import { a } from './planted.js';\n"],
    ['src/files/planted.ts', "import type { A } from '../files/planted.js';\n"],
    ['src/files/planted.mts', "export * from './planted.mjs';\n"],
    ['web/src/planted.tsx', "import './planted.js';\n"],
  ])('a file that imports itself is one: %s, %s', (path, text) => {
    expect(newFaults({ [path]: text })).toEqual([`${path}: it imports itself.`]);
  });

  it('are found in a folder that has the name of generated ones', () => {
    const file = 'src/files/generated/planted.ts';
    const files = {
      [file]: "import { two } from '../planted-two.js';\nexport const one = () => two;\n",
      [two]: "import { one } from './generated/planted.js';\nexport const two = () => one;\n",
    };
    expect(inCycles(files)).toEqual([file, two]);
  });

  it('are not found where there is none', () => {
    const files = {
      [one]: "import type { Two } from './planted-two.js';\nexport interface One { two: Two }\n",
      [two]: 'export interface Two { one: null }\n',
    };
    expect(inCycles(files)).toEqual([]);
  });
});

describe('sizes', () => {
  const file = 'src/files/planted.ts';

  it('a file has at most 300 lines', () => {
    expect(newFaults({ [file]: '\n'.repeat(300) })).toEqual([]);
    expect(newFaults({ [file]: '\n'.repeat(301) })).toEqual([`${file}: 301 lines.`]);
  });

  it('only the known folders of generated code are without limits', () => {
    const long = '\n'.repeat(301);
    const path = 'src/files/generated/planted.ts';
    expect(newFaults({ [path]: long })).toEqual([`${path}: 301 lines.`]);
    expect(newFaults({ 'web/generated/planted.ts': long })).toEqual([]);
  });

  it('a function has at most 80 lines', () => {
    const ofLines = (count: number) => `\nfunction long() {${'\n'.repeat(count - 1)}}\n`;
    expect(newFaults({ [file]: ofLines(80) })).toEqual([]);
    expect(newFaults({ [file]: ofLines(81) })).toEqual([`${file}:2: a function of 81 lines.`]);
  });

  it('the median is that of all files', () => {
    const ofLines = (count: number) => ({ text: '\n'.repeat(count) }) as SourceFile;
    expect(medianLineCount([1, 90, 80].map(ofLines))).toBe(80);
  });
});

it.each(['src/files/planted.mts', 'src/setup/planted.mjs', 'prisma/engine/planted.mjs'])(
  'programs of all kinds have the same limits: %s',
  (file) => {
    expect(newFaults({ [file]: '\n'.repeat(301) })).toEqual([`${file}: 301 lines.`]);
    expect(newFaults({ [file]: 'export const answer = 42;\n' })).toEqual([
      `${file}:1: an export without JSDoc.`,
    ]);
  },
);

it('an export has JSDoc', () => {
  const file = 'src/files/planted.ts';
  expect(newFaults({ [file]: '/** The answer. */\nexport const answer = 42;\n' })).toEqual([]);
  for (const comment of [
    '',
    '// The answer.\n',
    '/** */\n',
    '/**\n *\n */\n',
    '/* The answer. */\n',
    '/** @throws Error always */\n',
    '/** . */\n',
    '/** 1. */\n',
    '/**\n * -\n * @throws Error always\n */\n',
  ])
    expect(newFaults({ [file]: `${comment}export const answer = 42;\n` })).toEqual([
      expect.stringMatching(/^\S+:\d: an export without JSDoc\.$/),
    ]);
});

it('an export has a name', () => {
  const text = '/** The answer. */\nconst answer = 42;\nexport = answer;\n';
  expect(newFaults({ 'src/files/planted.cts': text })).toEqual([
    'src/files/planted.cts: export names instead of `export =`.',
  ]);
});

it.each([
  ['a value', 'const answer = 42;'],
  ['a part of a value', 'const { answer } = { answer: 42 };'],
  ['a function', 'function answer() {}'],
  ['a class', 'class answer {}'],
  ['a type', 'type answer = 42;'],
])('%s that is exported by a list has JSDoc', (_what, declaration) => {
  const file = 'src/files/planted.ts';
  for (const list of ['export { answer };\n', 'export { answer as other };\n']) {
    expect(newFaults({ [file]: `/** The answer. */\n${declaration}\n${list}` })).toEqual([]);
    const bare = { [file]: `/** The list. */\n${list}${declaration}\n` };
    expect(newFaults(bare)).toEqual([`${file}:3: an export without JSDoc.`]);
  }
  expect(newFaults({ [file]: `${declaration}\nexport { other } from './other.js';\n` })).toEqual([]);
});

describe('upserts', () => {
  it.each([
    ['an empty update', 'update: {}', true],
    ['an include', 'update: { a }, include: { b: true }', true],
    ['a select', 'update: { a }, select: { b: true }', true],
    ['a filled update alone', 'update: { a }', false],
  ])('with %s: %s', (_what, rest, isFault) => {
    const fault = 'src/files/planted.ts: an upsert has a filled update, and neither include nor select.';
    const text = `declare const x: any, a: any;\nvoid x.upsert({ where: a, create: a, ${rest} });\n`;
    expect(newFaults({ 'src/files/planted.ts': text })).toEqual(isFault ? [fault] : []);
  });
});

describe('words', () => {
  const file = 'src/files/planted.ts';

  it.each([
    ['a name', 'const mostFiles = 1;\n', 'the name mostFiles: max.'],
    ['a private name', 'class A {\n#door = 1;\n}\n', 'the name door: transport, API.'],
    ['a name with a digit', 'const turn1 = 1;\n', 'the name turn1: queue, slot.'],
    ['a name behind a digit', 'const next2Turn = 1;\n', 'the name next2Turn: queue, slot.'],
    ['a name in capitals', 'const MOST_FILES = 1;\n', 'the name MOST_FILES: max.'],
    ['a name that begins with capitals', 'const MOSTFiles = 1;\n', 'the name MOSTFiles: max.'],
    ['a name behind capitals', 'const HTTPTurn = 1;\n', 'the name HTTPTurn: queue, slot.'],
    ['a comment', '// Tells the client.\n', 'the words "Tells" in prose.'],
    ['a description', "const text = 'What it is told.';\n", 'the words "told" in prose.'],
    ['a template', 'const text = `In doubt`;\n', 'the words "In doubt" in prose.'],
    ['a comment of two senses', '// Ends at once.\n', 'the words "at once" in prose.'],
  ])('%s has no private word', (_what, text, fault) => {
    expect(newFaults({ [file]: text })).toEqual([expect.stringContaining(fault)]);
  });

  it('the path of a file has none', () => {
    for (const path of ['src/files/next-turn.ts', 'src/files/turn2.ts', 'src/files/nextTurn.ts'])
      expect(newFaults({ [path]: '' })).toEqual([`${path}: the word turn in the path: queue, slot.`]);
  });

  it.each([
    [
      'src/setup/planted.mjs',
      '// It tells the reader.\nconst mostFiles = 1;\n',
      ['2: the name mostFiles: max.', '1: the words "tells" in prose.'],
    ],
    ['prisma/engine/planted.mjs', "run('the next turn');\n", ['1: the words "turn" in prose.']],
    [
      'rest/operations/planted.graphql',
      '# Where to tell.\nquery Door {\n  x\n}\n',
      ['2: the name Door: transport, API.', '1: the words "tell" in prose.'],
    ],
    [
      'schema/planted.graphql',
      'type A {\n  """\n  First,\n  in doubt.\n  """\n  a("The largest." b: Int): Int\n}\n',
      ['4: the words "in doubt" in prose.', '6: the words "largest" in prose.'],
    ],
  ])('are checked in %s, too', (path, text, faults) => {
    expect(newFaults({ [path]: text })).toEqual(faults.map((fault) => `${path}:${fault}`));
  });

  it('ordinary uses stay', () => {
    const text = '// At most one, in place; turned off. Promise.allSettled waits.\n';
    expect(newFaults({ [file]: text })).toEqual([]);
  });
});

describe('npm run lint', () => {
  const clean = { 'src/files/planted.ts': '' };
  const forBiome = { 'src/files/planted.ts': 'const unused = 1;\n' };
  const forHouse = { 'src/files/planted-too.ts': '// It tells the reader.\n' };
  // One file of the tree suffices to run the script, which reads all of the tree.
  beforeAll(() => {
    for (const name of ['src', 'schema', 'rest', 'prisma', 'web']) {
      rmSync(join(root, name), { recursive: true });
      mkdirSync(join(root, name));
    }
    mkdirSync(join(root, 'src/files'));
    cpSync('src/error-status.ts', join(root, 'src/error-status.ts'));
  });
  /** What the script of `package.json` reports of these files, and its exit code. */
  const lint = (files: Record<string, string>) =>
    planted(files, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const { status, stdout, stderr } = spawnSync('sh', ['-c', scripts.lint], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` },
      });
      const output = stdout + stderr;
      const names = ['noUnusedVariables', 'the words "tells"'].filter((name) => output.includes(name));
      return { status, names };
    });

  it('fails if Biome or the house check fails, and has the reports of both', () => {
    expect(lint(clean)).toEqual({ status: 0, names: [] });
    expect(lint(forBiome)).toEqual({ status: 1, names: ['noUnusedVariables'] });
    expect(lint(forHouse)).toEqual({ status: 1, names: ['the words "tells"'] });
    const both = { status: 1, names: ['noUnusedVariables', 'the words "tells"'] };
    expect(lint({ ...forBiome, ...forHouse })).toEqual(both);
  }, 120_000);
});
